using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Agent.Tests.Testing;

/// <summary>A registry of images, on loopback, where engines speak to it without encryption.</summary>
internal sealed partial class TestRegistry : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;

    private TestRegistry(string folder, Process process, int port) => (_folder, _process, Address) = (folder, process, $"127.0.0.1:{port}");

    /// <summary>What its images' names begin with.</summary>
    public string Address { get; }

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <param name="users">A file of names and passwords of who may; null: everybody.</param>
    public static async Task<TestRegistry> StartAsync(string? users = null)
    {
        var folder = Directory.CreateTempSubdirectory("platform-registry-").FullName;
        var settings = Path.Combine(folder, "settings.yml");
        await File.WriteAllTextAsync(settings, $$"""
            version: 0.1
            log:
              level: info
            storage:
              filesystem:
                rootdirectory: {{folder}}/images
            http:
              addr: 127.0.0.1:0
            {{(users is null ? "" : $"auth: {{htpasswd: {{realm: images, path: {users}}}}}")}}
            """);
        var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", settings]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var log = new List<string>();
        var port = 0;
        while (port == 0 && await process.StandardError.ReadLineAsync(Deadline.Token()) is { } line)
        {
            log.Add(line);
            if (Listening().Match(line) is { Success: true } found)
                port = int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
        }
        port.ShouldNotBe(0, string.Join('\n', log));
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return new(folder, process, port);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
