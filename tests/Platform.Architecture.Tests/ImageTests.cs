namespace Platform.Architecture.Tests;

/// <summary>What goes out as an image.</summary>
public sealed class ImageTests
{
    [Fact]
    public void The_image_does_not_run_as_root()
    {
        var lines = File.ReadAllLines(Path.Combine(House.Root, "Dockerfile"));
        var last = lines.Skip(Array.FindLastIndex(lines, line => line.StartsWith("FROM ", StringComparison.Ordinal))).ToList();

        var user = last.FindLast(line => line.StartsWith("USER ", StringComparison.Ordinal)).ShouldNotBeNull()["USER ".Length..].Trim();
        user.Split(':')[0].ShouldNotBeOneOf("root", "0", "");
        // It can write where it is started.
        last.ShouldContain(line => line.Contains("chown " + user, StringComparison.Ordinal) && line.EndsWith("/var/lib/platform", StringComparison.Ordinal));
    }
}
