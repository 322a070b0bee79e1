using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Apps;

/// <summary>Volumes are made on the agents' disks, outlive the tasks, and tasks come back to them.</summary>
public sealed class PersistentVolumeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Tasks_come_back_to_their_volumes_until_these_are_wiped()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first");
        cluster.StartAgent("second");
        await cluster.DeployAsync("""
            {"id":"/db","cmd":"echo $MESOS_TASK_ID >> data/log; exec sleep 100000","cpus":0.1,"mem":16,"instances":2,"backoffSeconds":0,
             "constraints":[["hostname","UNIQUE"]],
             "container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":10}}]}}
            """);
        await LinesAsync(cluster, [1], [1]);

        // A task that was killed comes back to its volume, under the same instance.
        var killed = (await cluster.ProcessesAsync("/db", 2))[0];
        Signals.Send(killed.Id, Signals.Kill);
        await LinesAsync(cluster, [1, 2], [1]);
        (await cluster.ProcessesAsync("/db", 2)).Select(p => p.TaskId).ShouldContain(killed.TaskId.Replace("._app.1", "._app.2", StringComparison.Ordinal));

        // So do those that an update replaces, also after a crash of the control plane.
        await cluster.Server.KillAsync();
        await cluster.StartServerAsync();
        await cluster.RunningAsync("/db", 2);
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/db").RestartAsync());
        await LinesAsync(cluster, [1, 2, 3], [1, 2]);

        // An instance that is scaled away leaves its volume, and takes it up again.
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/db").ScaleAsync(1));
        await cluster.ProcessesAsync("/db", 1);
        Volumes(cluster).Count.ShouldBe(2);
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/db").ScaleAsync(2));
        await cluster.UntilAsync("both instances have their volumes again", () => Task.FromResult(Volumes(cluster).Sum(lines => lines.Length) == 6));

        // Only a wipe takes it away, and the next instance begins anew.
        var wiped = (await cluster.RunningAsync("/db", 2))[0];
        using (var http = new HttpClient { BaseAddress = cluster.Client.Url })
            (await http.DeleteAsync($"/v2/apps/db/tasks/{wiped.Id}?wipe=true")).EnsureSuccessStatusCode();
        await cluster.UntilAsync("one volume has begun anew", () => Task.FromResult(Volumes(cluster).Count == 2 && Volumes(cluster).Count(lines => lines is [var only] && only.EndsWith("._app.1", StringComparison.Ordinal)) == 1));
        (await cluster.RunningAsync("/db", 2)).ShouldNotContain(task => task.Id == wiped.Id);

        // With the app its volumes go too.
        await cluster.Client.Apps.Get("/db").RemoveAsync();
        await cluster.UntilAsync("no volume is left", () => Task.FromResult(Volumes(cluster).Count == 0));
    }

    /// <summary>Waits until the volumes' logs tell of these incarnations, in any order of the volumes.</summary>
    private static Task LinesAsync(Cluster cluster, params int[][] incarnations) =>
        cluster.UntilAsync($"the volumes tell of [{string.Join("] [", incarnations.Select(one => string.Join(' ', one)))}]", () =>
        {
            var wanted = incarnations.Select(one => string.Join(' ', one)).Order(StringComparer.Ordinal);
            var found = Volumes(cluster).Select(lines => string.Join(' ', lines.Select(line => line[(line.LastIndexOf('.') + 1)..]))).Order(StringComparer.Ordinal);
            return Task.FromResult(found.SequenceEqual(wanted));
        });

    /// <summary>The lines of each volume's log, from the agents' disks.</summary>
    private static List<string[]> Volumes(Cluster cluster) =>
    [
        .. ((string[])["first", "second"]).Select(agent => Path.Combine(cluster.WorkDirectoryOf(agent), "volumes")).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder)).Select(folder => Path.Combine(folder, "log")).Where(File.Exists).Select(File.ReadAllLines),
    ];
}
