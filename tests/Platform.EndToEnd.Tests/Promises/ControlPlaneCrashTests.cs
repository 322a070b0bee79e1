using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Apps;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>kill -9 of the control plane at random points of deployments, again and again.</summary>
public sealed class ControlPlaneCrashTests(ITestOutputHelper output)
{
    private const int Kills = 20;

    [Fact]
    public async Task Nothing_is_lost_doubled_or_restarted_when_the_control_plane_is_killed_during_deployments()
    {
        var chance = new Random(20);
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first");
        cluster.StartAgent("second");
        await cluster.DeployAsync("""
            [{"id":"/steady","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":4},
             {"id":"/rolling","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":3,"env":{"ROUND":"0"},
              "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.5}},
             {"id":"/scaling","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":2}]
            """);
        var steady = await ByTaskAsync(cluster, "/steady", 4);

        for (var kill = 1; kill <= Kills; kill++)
        {
            // What was acknowledged must be there afterwards; of what was not, either the old or the new.
            var instances = chance.Next(1, 6);
            var rolling = await SubmitAsync(cluster.Client.Apps.Get("/rolling"), new JsonObject { ["env"] = new JsonObject { ["ROUND"] = $"{kill}" } });
            var scaling = await SubmitAsync(cluster.Client.Apps.Get("/scaling"), new JsonObject { ["instances"] = instances });
            await Task.Delay(chance.Next(0, 600));
            await cluster.Server.KillAsync();
            cluster.ProcessesOf("/steady", "sleep").Count.ShouldBe(4, "tasks do not need the control plane");

            await cluster.StartServerAsync();
            await cluster.QuietAsync();
            var app = await cluster.Client.Apps.Get("/rolling").GetAsync();
            var round = app.More!["env"].GetProperty("ROUND").GetString();
            if (rolling)
                round.ShouldBe($"{kill}", $"kill {kill}: an acknowledged definition is gone");
            var wanted = (await cluster.Client.Apps.Get("/scaling").GetAsync()).Instances;
            if (scaling)
                wanted.ShouldBe(instances, $"kill {kill}: an acknowledged scale is gone");

            await cluster.RunningAsync("/steady", 4);
            await cluster.RunningAsync("/rolling", 3);
            await cluster.RunningAsync("/scaling", wanted);
            await cluster.ProcessesAsync("/scaling", wanted);
            (await cluster.ProcessesAsync("/rolling", 3)).ShouldAllBe(process => process.Environment["ROUND"] == round, $"kill {kill}");
            // The same tasks under the same process ids, in the process table and in the API.
            (await ByTaskAsync(cluster, "/steady", 4)).ShouldBe(steady, ignoreOrder: true, $"kill {kill}: a task that nobody changed is another one now");
            (await cluster.Client.Apps.Get("/steady").ListTasksAsync()).Select(task => task.Id).ShouldBe(steady.Select(pair => pair.TaskId), ignoreOrder: true);
        }
    }

    private static async Task<bool> SubmitAsync(AppHandle app, JsonObject change)
    {
        try
        {
            await app.UpdateAsync(change, new ChangeOptions { Force = true });
            return true;
        }
        catch (PlatformException exception) when (exception.Error == PlatformError.Unavailable)
        {
            return false;
        }
    }

    private static async Task<List<(string TaskId, int Id)>> ByTaskAsync(Cluster cluster, string app, int count) =>
        [.. (await cluster.ProcessesAsync(app, count)).Select(process => (process.TaskId, process.Id))];
}
