using System.Diagnostics;
using Platform.Client;
using Platform.Client.Apps;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>The disk of the control plane fills up, and has room again later.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_full_disk_refuses_changes_keeps_what_was_acknowledged_and_serves_again_when_there_is_room()
    {
        using var directory = new TestDirectory();
        // A small file system of the control plane's own, in a mount namespace that ends with it; seen from here through /proc.
        var data = directory.Of("data");
        Directory.CreateDirectory(data);
        var start = Executable.Start(directory.Path);
        start.FileName = "unshare";
        foreach (var argument in new[]
        {
            "--user", "--map-root-user", "--mount", "sh", "-c", """mount -t tmpfs -o size=8m tmpfs "$1" && exec "$2" dev --agents 0 --port 0 --data "$1" """, "sh", data, Executable.Path,
        })
            start.ArgumentList.Add(argument);
        await using var server = RunningProcess.Start("control plane", start);
        var line = await server.LineAsync(one => one.Contains("listens on", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        using var client = new PlatformClient(new PlatformClientOptions { Url = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ')[0]) });
        try
        {
            await client.CreateAppAsync(new AppDefinition { Id = "/before", Cmd = "sleep 1000", Instances = 0 });
            var filling = $"/proc/{server.Id}/root{data}/filling";
            await FillAsync(filling);

            // The log of changes may have some room of its own left: sooner or later one is refused, and says why.
            PlatformException? refused = null;
            var accepted = 0;
            for (var i = 0; refused is null && i < 500; i++)
            {
                try
                {
                    await client.CreateAppAsync(new AppDefinition { Id = $"/full/app-{i}", Cmd = $"echo {new string('x', 4000)}", Instances = 0 });
                    accepted++;
                }
                catch (PlatformException exception)
                {
                    refused = exception;
                }
            }

            refused.ShouldNotBeNull();
            ((int?)refused.StatusCode).ShouldBe(503, refused.Message);
            (await client.ListAppsAsync()).Count.ShouldBe(1 + accepted, "reads go on; what was refused is not there");

            File.Delete(filling);
            await client.CreateAppAsync(new AppDefinition { Id = "/after", Cmd = "sleep 1000", Instances = 0 });
            var ids = (await client.ListAppsAsync()).Select(app => app.Id).ToArray();
            ids.Length.ShouldBe(2 + accepted);
            ids.ShouldContain("/before");
            ids.ShouldContain("/after");
        }
        finally
        {
            output.WriteLine(server.Log);
        }
    }

    private static async Task FillAsync(string file)
    {
        using var dd = Process.Start(new ProcessStartInfo("dd", ["if=/dev/zero", $"of={file}", "bs=4096"]) { RedirectStandardError = true })!;
        await dd.StandardError.ReadToEndAsync();
        await dd.WaitForExitAsync();
        dd.ExitCode.ShouldNotBe(0, "the file system is full");
    }
}
