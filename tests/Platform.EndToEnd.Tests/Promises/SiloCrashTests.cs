using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>kill -9 of one silo of three while deployments run.</summary>
public sealed class SiloCrashTests(ITestOutputHelper output)
{
    private const int Silos = 3;

    private const int Kills = 3;

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_silos_are_killed_during_rolling_deployments()
    {
        await using var cluster = await Cluster.StartSilosAsync(output, Silos);
        RunningProcess[] agents = [cluster.StartAgent("first"), cluster.StartAgent("second")];
        await cluster.DeployAsync("""
            [{"id":"/steady","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":4},
             {"id":"/rolling","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":6,"env":{"ROUND":"0"},
              "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}]
            """);
        var steady = await ByTaskAsync(cluster, "/steady", 4);

        for (var round = 1; round <= Kills; round++)
        {
            // The one that has an agent's session dies; what is asked, is asked of another.
            var victim = cluster.SiloOf(agents[0]).ShouldNotBeNull();
            var other = cluster.Silos.First(silo => silo != victim);
            await cluster.TalkToAsync(other);
            var deployment = await cluster.Client.Apps.Get("/rolling").UpdateAsync(new JsonObject { ["env"] = new JsonObject { ["ROUND"] = $"{round}" } });
            await cluster.UntilAsync($"the deployment of round {round} has begun", () => Task.FromResult(OfRound(cluster, round) > 0));
            await victim.Process.KillAsync();
            cluster.ProcessesOf("/steady", "sleep").Count.ShouldBe(4, "tasks do not need the control plane");

            await cluster.SucceededAsync(deployment);
            await cluster.QuietAsync();
            await cluster.UntilAsync("the agents have sessions with silos that live", () =>
                Task.FromResult(agents.All(agent => cluster.SiloOf(agent) is { } silo && silo != victim)));

            await cluster.RunningAsync("/rolling", 6);
            await cluster.RunningAsync("/steady", 4);
            (await cluster.ProcessesAsync("/rolling", 6)).ShouldAllBe(process => process.Environment["ROUND"] == $"{round}");
            (await ByTaskAsync(cluster, "/steady", 4)).ShouldBe(steady, ignoreOrder: true, $"round {round}: a task that nobody changed is another one now");

            // Back again, it sees what the others see.
            await cluster.StartSiloAsync(victim);
            await cluster.TalkToAsync(victim);
            (await cluster.RunningAsync("/steady", 4)).Select(task => task.Id).ShouldBe(steady.Select(pair => pair.TaskId), ignoreOrder: true);
            (await cluster.Client.Apps.Get("/rolling").GetAsync()).More!["env"].GetProperty("ROUND").GetString().ShouldBe($"{round}");
        }
    }

    private static int OfRound(Cluster cluster, int round) =>
        cluster.ProcessesOf("/rolling", "sleep").Count(process => process.Environment["ROUND"] == $"{round}");

    private static async Task<List<(string TaskId, int Id)>> ByTaskAsync(Cluster cluster, string app, int count) =>
        [.. (await cluster.ProcessesAsync(app, count)).Select(process => (process.TaskId, process.Id))];
}
