using System.Diagnostics;
using Platform.Client;
using Platform.Client.Apps;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>The disk of the control plane, or of an agent, fills up, and has room again later.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_full_disk_refuses_changes_keeps_what_was_acknowledged_and_serves_again_when_there_is_room()
    {
        using var directory = new TestDirectory();
        var data = directory.Of("data");
        await using var server = StartOnSmallDisk("control plane", directory, data, "dev", "--agents", "0", "--port", "0", "--data", data);
        var line = await server.LineAsync(one => one.Contains("listens on", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        using var client = new PlatformClient(new PlatformClientOptions { Url = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ')[0]) });
        try
        {
            await client.Apps.CreateAsync(new AppDefinition { Id = "/before", Cmd = "sleep 1000", Instances = 0 });
            var filling = $"/proc/{server.Id}/root{data}/filling";
            await FillAsync(filling);

            // The log of changes may have some room of its own left: sooner or later one is refused, and says why.
            PlatformException? refused = null;
            var accepted = 0;
            for (var i = 0; refused is null && i < 500; i++)
            {
                try
                {
                    await client.Apps.CreateAsync(new AppDefinition { Id = $"/full/app-{i}", Cmd = $"echo {new string('x', 4000)}", Instances = 0 });
                    accepted++;
                }
                catch (PlatformException exception)
                {
                    refused = exception;
                }
            }

            refused.ShouldNotBeNull();
            ((int?)refused.StatusCode).ShouldBe(503, refused.Message);
            (await client.Apps.ListAsync()).Count.ShouldBe(1 + accepted, "reads go on; what was refused is not there");

            File.Delete(filling);
            await client.Apps.CreateAsync(new AppDefinition { Id = "/after", Cmd = "sleep 1000", Instances = 0 });
            var ids = (await client.Apps.ListAsync()).Select(app => app.Id).ToArray();
            ids.Length.ShouldBe(2 + accepted);
            ids.ShouldContain("/before");
            ids.ShouldContain("/after");
        }
        finally
        {
            output.WriteLine(server.Log);
        }
    }

    [Fact]
    public async Task An_agent_on_a_full_disk_says_so_of_new_tasks_keeps_its_running_ones_and_takes_more_when_there_is_room()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var work = cluster.WorkDirectoryOf("small");
        string[] options = ["agent", "--master", cluster.Url, "--work-dir", work, "--name", "small", "--resources", "cpus:8;mem:4096;disk:10000;ports:[31000-31049]"];
        var agent = cluster.Track(StartOnSmallDisk("small", cluster.Directory, work, options));
        await cluster.DeployAsync("""{"id":"/app","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"backoffSeconds":1,"backoffFactor":1}""");
        await cluster.DeployAsync("""{"id":"/other","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"backoffSeconds":3600}""");
        var first = (await cluster.ProcessesAsync("/app", 1))[0];
        var other = (await cluster.ProcessesAsync("/other", 1))[0];
        var filling = $"/proc/{agent.Id}/root{work}/filling";
        await FillAsync(filling);

        var scaling = await cluster.Client.Apps.Get("/app").ScaleAsync(2);
        await cluster.UntilAsync("the failure says why", async () =>
            (await cluster.Client.Apps.Get("/app").GetAsync()).LastTaskFailure?.Message.Contains("No space left on device", StringComparison.Ordinal) == true);
        // How a task ended is told all the same.
        Signals.Send(other.Id, Signals.Kill);
        await cluster.UntilAsync("the end of a running task is told", async () =>
            (await cluster.Client.Apps.Get("/other").GetAsync()).LastTaskFailure is { } failure && failure.TaskId == other.TaskId && failure.Message.Contains("SIGKILL", StringComparison.Ordinal));
        cluster.ProcessesOf("/app", "sleep").Select(process => process.Id).ShouldBe([first.Id]);

        // An agent that comes back to the full disk, in the mount namespace that its tasks have kept, has them back.
        await agent.KillAsync();
        var start = Executable.Start(cluster.Directory.Path);
        start.FileName = "nsenter";
        foreach (var argument in (string[])["--target", $"{first.Id}", "--user", "--mount", "--preserve-credentials", Executable.Path, .. options])
            start.ArgumentList.Add(argument);
        var again = cluster.Track(RunningProcess.Start("small again", start));
        await again.LineAsync(line => line.Contains("running tasks go on", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        await cluster.UntilAsync("its task is known again", async () =>
            (await cluster.Client.Apps.Get("/app").ListTasksAsync()).Any(task => task.Id == first.TaskId && task.State == "TASK_RUNNING")
            && (await cluster.Client.Agents.ListAsync())[0].Condition == "Active");

        File.Delete($"/proc/{first.Id}/root{work}/filling");
        await cluster.SucceededAsync(scaling);
        (await cluster.ProcessesAsync("/app", 2)).Select(process => process.Id).ShouldContain(first.Id);
    }

    /// <summary>A process of the product with 8 MB of disk of its own, in a mount namespace that ends with it; seen from here through /proc.</summary>
    private static RunningProcess StartOnSmallDisk(string name, TestDirectory directory, string disk, params IEnumerable<string> arguments)
    {
        Directory.CreateDirectory(disk);
        var start = Executable.Start(directory.Path);
        start.FileName = "unshare";
        foreach (var argument in (string[])
        [
            "--user", "--map-root-user", "--mount", "sh", "-c", """mount -t tmpfs -o size=8m tmpfs "$1" && shift && exec "$@" """, "sh", disk, Executable.Path, .. arguments,
        ])
            start.ArgumentList.Add(argument);
        return RunningProcess.Start(name, start);
    }

    private static async Task FillAsync(string file)
    {
        using var dd = Process.Start(new ProcessStartInfo("dd", ["if=/dev/zero", $"of={file}", "bs=4096"]) { RedirectStandardError = true })!;
        await dd.StandardError.ReadToEndAsync();
        await dd.WaitForExitAsync();
        dd.ExitCode.ShouldNotBe(0, "the file system is full");
    }
}
