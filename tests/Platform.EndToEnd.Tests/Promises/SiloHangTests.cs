using System.Diagnostics;
using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>What is worse than a crash: a silo that hangs and comes back, and a store that is away for a while.</summary>
public sealed class SiloHangTests(ITestOutputHelper output)
{
    private const string Apps = """
        [{"id":"/steady","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":4},
         {"id":"/rolling","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":6,"env":{"ROUND":"0"},
          "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}]
        """;

    [Fact]
    public async Task A_silo_that_hangs_is_given_up_and_does_no_harm_when_it_comes_back()
    {
        await using var cluster = await Cluster.StartSilosAsync(output, 3);
        RunningProcess[] agents = [cluster.StartAgent("first"), cluster.StartAgent("second")];
        await cluster.DeployAsync(Apps);
        var steady = await ByTaskAsync(cluster, "/steady", 4);
        var hung = cluster.SiloOf(agents[0]).ShouldNotBeNull();
        await cluster.TalkToAsync(cluster.Silos.First(silo => silo != hung));

        var first = await StartRoundAsync(cluster, 1);
        Signals.Send(hung.Process.Id, Signals.Stop);
        await cluster.SucceededAsync(first);
        await cluster.UntilAsync("the agents have sessions with silos that answer", () =>
            Task.FromResult(agents.All(agent => cluster.SiloOf(agent) is { } silo && silo != hung)));

        // Back from the dead it knows nothing of what was decided since. It learns that it was given up, and ends.
        var second = await StartRoundAsync(cluster, 2);
        Signals.Send(hung.Process.Id, Signals.Continue);
        await cluster.SucceededAsync(second);
        await hung.Process.EndAsync(Cluster.Patience);
        hung.Process.ExitCode.ShouldNotBe(0);
        await SettledAsync(cluster, 2, steady);

        await cluster.StartSiloAsync(hung);
        await cluster.TalkToAsync(hung);
        await cluster.SucceededAsync(await StartRoundAsync(cluster, 3));
        await SettledAsync(cluster, 3, steady);
    }

    [Fact]
    public async Task A_store_that_dies_during_a_deployment_and_comes_back_loses_nothing()
    {
        await using var cluster = await Cluster.StartSilosAsync(output, 3);
        cluster.StartAgent("first");
        cluster.StartAgent("second");
        await cluster.DeployAsync(Apps);
        var steady = await ByTaskAsync(cluster, "/steady", 4);
        for (var round = 1; round <= 2; round++)
        {
            var deployment = await StartRoundAsync(cluster, round);
            await cluster.Redis!.KillAsync();
            // Once it is back at once, and once only after many have failed to write.
            await Task.Delay(TimeSpan.FromSeconds(round == 1 ? 0 : 5));
            cluster.ProcessesOf("/steady", "sleep").Count.ShouldBe(4, "tasks do not need the store");
            await cluster.Redis.RunAsync();
            await cluster.SucceededAsync(deployment);
            await SettledAsync(cluster, round, steady);
        }
        cluster.Silos.ShouldAllBe(silo => !silo.Process.HasExited);
    }

    [Fact]
    public async Task A_silo_that_alone_loses_the_store_is_given_up_and_ends_and_the_others_go_on()
    {
        await using var cluster = await Cluster.StartSilosAsync(output, 3);
        RunningProcess[] agents = [cluster.StartAgent("first"), cluster.StartAgent("second")];
        await cluster.DeployAsync(Apps);
        var steady = await ByTaskAsync(cluster, "/steady", 4);
        // Each silo once, so that each grain has been on the one that loses it: a connection that breaks, one that swallows everything, and again.
        for (var round = 1; round <= 3; round++)
        {
            var lonely = cluster.Silos[round - 1];
            await cluster.TalkToAsync(cluster.Silos[round % 3]);
            var deployment = await StartRoundAsync(cluster, round);
            var began = Stopwatch.GetTimestamp();
            if (round == 2)
                lonely.Wire!.Swallow();
            else
                lonely.Wire!.Cut();
            await cluster.SucceededAsync(deployment);
            output.WriteLine($"round {round}: the deployment ended {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s after the silo had lost the store");

            await lonely.Process.EndAsync(Cluster.Patience);
            lonely.Process.ExitCode.ShouldNotBe(0);
            lonely.Process.Log.ShouldContain("does not reach the store, which others do");
            cluster.Silos.Where(silo => silo != lonely).ShouldAllBe(silo => !silo.Process.HasExited);
            await cluster.UntilAsync("the agents have sessions with silos that live", () =>
                Task.FromResult(agents.All(agent => cluster.SiloOf(agent) is { } silo && silo != lonely)));
            await SettledAsync(cluster, round, steady);

            lonely.Wire.Mend();
            await cluster.StartSiloAsync(lonely);
            await cluster.TalkToAsync(lonely);
            (await cluster.RunningAsync("/steady", 4)).Select(task => task.Id).ShouldBe(steady.Select(pair => pair.TaskId), ignoreOrder: true);
        }
    }

    private static async Task<Platform.Client.Deployments.DeploymentHandle> StartRoundAsync(Cluster cluster, int round)
    {
        var deployment = await cluster.Client.Apps.Get("/rolling").UpdateAsync(new JsonObject { ["env"] = new JsonObject { ["ROUND"] = $"{round}" } });
        await cluster.UntilAsync($"the deployment of round {round} has begun", () =>
            Task.FromResult(cluster.ProcessesOf("/rolling", "sleep").Any(process => process.Environment["ROUND"] == $"{round}")));
        return deployment;
    }

    private static async Task SettledAsync(Cluster cluster, int round, List<(string TaskId, int Id)> steady)
    {
        await cluster.QuietAsync();
        await cluster.RunningAsync("/rolling", 6);
        await cluster.RunningAsync("/steady", 4);
        (await cluster.ProcessesAsync("/rolling", 6)).ShouldAllBe(process => process.Environment["ROUND"] == $"{round}");
        (await ByTaskAsync(cluster, "/steady", 4)).ShouldBe(steady, ignoreOrder: true, $"round {round}: a task that nobody changed is another one now");
    }

    private static async Task<List<(string TaskId, int Id)>> ByTaskAsync(Cluster cluster, string app, int count) =>
        [.. (await cluster.ProcessesAsync(app, count)).Select(process => (process.TaskId, process.Id))];
}
