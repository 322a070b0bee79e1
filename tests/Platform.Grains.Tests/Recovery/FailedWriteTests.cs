using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Recovery;

/// <summary>What is not stored is not true: whatever write fails, its grain begins anew with what is stored, and everything goes on.</summary>
public sealed class FailedWriteTests
{
    private static AppSpec App(int number, int instances) => new() { Id = $"/app{number}", Cmd = "sleep 1000", Cpus = 0.01, Mem = 1, Instances = instances };

    private static UnreliableStore Store(AppFixture cluster) => cluster.Host.Services.GetRequiredService<UnreliableStore>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task All_tasks_run_and_all_orders_end_whatever_writes_fail(int seed)
    {
        await using var cluster = await AppFixture.StartAsync(agents: 4, services: UnreliableStore.AddTo);
        Store(cluster).Fail(0.2, seed);
        for (var number = 0; number < 5; number++)
            await InsistAsync(cluster, App(number, 20));
        for (var number = 0; number < 5; number++)
            await InsistAsync(cluster, App(number, 30));

        Store(cluster).Failed.ShouldBeGreaterThan(0);
        Store(cluster).Recover();

        await SettledAsync(cluster, apps: 5, instances: 30);
    }

    [Fact]
    public async Task All_tasks_run_and_all_orders_end_soon_after_the_store_is_back()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 4, services: UnreliableStore.AddTo);
        for (var number = 0; number < 5; number++)
            await InsistAsync(cluster, App(number, 20));
        // In the middle of it every write fails, until each grain that has something to write has lost it several times.
        Store(cluster).Fail(1, 0);
        await AppFixture.UntilAsync(
            async () =>
            {
                await cluster.App("/app0").KillAsync(default, wipe: false).ContinueWith(_ => { }, TaskScheduler.Default);
                return Store(cluster).Failed > 30;
            },
            "many writes have failed");
        Store(cluster).Recover();

        await SettledAsync(cluster, apps: 5, instances: 20);
    }

    // As a client does that was answered with 503.
    private static async Task InsistAsync(AppFixture cluster, AppSpec spec)
    {
        await AppFixture.UntilAsync(
            async () =>
            {
                try
                {
                    return (await cluster.PutAsync(spec, force: true)).Outcome == ChangeOutcome.Accepted;
                }
                catch (StorageException)
                {
                    return false;
                }
            },
            $"{spec.Id} is accepted");
    }

    private static async Task SettledAsync(AppFixture cluster, int apps, int instances)
    {
        var back = Stopwatch.StartNew();
        for (var number = 0; number < apps; number++)
            await cluster.UntilAsync($"/app{number}", app => AppFixture.AllRun(app, instances), "all run");
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "all deployments have ended");

        // By the clock of a busy machine; a call that waits for its time-out (30 s) would be too much.
        back.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(25));
        await AppFixture.UntilAsync(() => Task.FromResult(cluster.Agents.Sum(agent => agent.Running.Count()) == apps * instances), "nothing runs twice");
        await AppFixture.UntilAsync(() => Task.FromResult(cluster.Agents.All(agent => agent.Unacknowledged == 0)), "every report is acknowledged");
    }
}
