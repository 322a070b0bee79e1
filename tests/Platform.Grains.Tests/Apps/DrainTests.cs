using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Registry;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

/// <summary>Agents are drained: where another one has room, nothing is missing meanwhile.</summary>
public class DrainTests
{
    private static readonly AppSpec Web = new()
    {
        Id = "/web",
        Cmd = "sleep 1000",
        Cpus = 0.1,
        Mem = 32,
        Instances = 2,
        PortDefinitions = [new() { Port = 10000, Name = "http" }],
        HealthChecks = [new() { Protocol = "MESOS_TCP" }],
        UpgradeStrategy = new() { MinimumHealthCapacity = 1, MaximumOverCapacity = 0 },
    };

    [Fact]
    public async Task Instances_are_replaced_elsewhere_before_they_leave_also_when_the_control_plane_dies_in_between()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var before = await cluster.PutAndWaitAsync(Web);
        var spare = await cluster.AddAgentAsync("spare");
        spare.HealthOfLaunched = null;
        await cluster.Host.GetGrain<IAgentGrain>("agent0").DrainAsync(null, markGone: false);
        await UntilAsync(() => spare.Running.Any(), "a replacement starts");

        await cluster.Host.CrashAsync();
        // The one with the room is the last to come back: until then there is none, and nothing ends for that.
        await cluster.Agents[0].DialAsync();
        await cluster.UntilAsync("/web", app => app.Instances.Count(instance => instance.AgentId == "agent0") == 2, "the app knows its instances");
        cluster.Agents[0].Running.ShouldBe(before.Instances.Select(instance => instance.TaskId), ignoreOrder: true);
        await spare.DialAsync();

        foreach (var moved in (int[])[1, 2])
        {
            var replacement = await OneAsync(() => spare.Running.Except(_healthy));
            cluster.Agents[0].Running.Count().ShouldBe(3 - moved);
            _healthy.Add(replacement);
            await spare.ReportAsync(replacement, TaskState.Running, update => update with { Healthy = true });
            await UntilAsync(() => cluster.Agents[0].Running.Count() == 2 - moved, "one that was replaced ends");
            if (moved == 1)
            {
                await cluster.Host.CrashAsync();
                await spare.DialAsync();
                await cluster.Agents[0].DialAsync();
            }
        }
        await UntilAsync(async () => (await cluster.Host.GetGrain<IAgentGrain>("agent0").GetStatusAsync())!.Condition == AgentCondition.Drained, "it is drained");
        // One more than wanted at most, so one after the other.
        spare.Launches.Count.ShouldBe(2);
    }

    [Fact]
    public async Task While_an_agent_is_out_of_touch_for_a_moment_nobody_says_that_there_is_no_room()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(Web);
        var spare = await cluster.AddAgentAsync("spare");
        await spare.HangUpAsync();
        await cluster.Host.GetGrain<IAgentGrain>("agent0").DrainAsync(null, markGone: false);
        await UntilAsync(
            async () => (await cluster.Host.GetGrain<IAllocatorGrain>(0).GetPendingAsync()).Any(pending => pending.Demand.Owner == "app:/web" && pending.Explanation is not null), "the allocator finds no room");
        (await cluster.App("/web").GetStatusAsync())!.Instances.ShouldAllBe(instance => !instance.Doomed);
        cluster.Agents[0].Running.Count().ShouldBe(2);

        spare.HealthOfLaunched = null;
        await spare.DialAsync();
        await UntilAsync(() => spare.Running.Any(), "a replacement starts");
        cluster.Agents[0].Running.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_replacement_is_in_the_registry_before_the_old_one_leaves_it()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(Web with { Instances = 1 });
        await cluster.AddAgentAsync("spare");
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var ready = new HashSet<string>();
        await UntilAsync(async () => (ready = [.. (await registry.ListAsync(null)).Lists.SelectMany(list => Ready(list.Set))]).Count == 1, "the first is there");
        var from = await registry.FollowAsync(cluster.Host.GrainFactory.CreateObjectReference<IRegistryObserver>(new Quiet()), long.MaxValue, null);

        await cluster.Host.GetGrain<IAgentGrain>("agent0").DrainAsync(null, markGone: false);
        await cluster.UntilAsync("/web", app => app.Instances.Count == 1 && app.Instances[0].AgentId == "spare", "it has moved");

        var changes = await registry.ReadAsync(from.Run, from.Index);
        changes!.Changes.ShouldNotBeEmpty();
        foreach (var change in changes.Changes)
        {
            ready.ExceptWith(change.Removed);
            ready.ExceptWith(change.Set.Select(endpoint => endpoint.Id));
            ready.UnionWith(Ready(change.Set));
            ready.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task Where_no_other_agent_has_room_everything_ends_at_once()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(Web);
        await cluster.Host.GetGrain<IAgentGrain>("agent0").DrainAsync(null, markGone: false);
        await UntilAsync(() => !cluster.Agents[0].Running.Any(), "nothing runs");
        await cluster.AddAgentAsync("late");
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 2) && app.Instances.All(instance => instance.AgentId == "late"), "both run where room came");
    }

    [Fact]
    public async Task At_the_deadline_instances_end_though_their_replacements_do_not_serve()
    {
        var time = new SteppedTime();
        await using var cluster = await AppFixture.StartAsync(
            agents: 1, options => options.Agents.UnreachableAfter = TimeSpan.FromDays(10), services => services.AddSingleton<TimeProvider>(time));
        await cluster.PutAndWaitAsync(Web);
        var spare = await cluster.AddAgentAsync("spare");
        spare.HealthOfLaunched = null;
        var agent = cluster.Host.GetGrain<IAgentGrain>("agent0");
        await agent.DrainWithinAsync(null, markGone: false, deadlineSeconds: 600);
        await UntilAsync(() => spare.Running.Any(), "a replacement starts");
        (await agent.GetStatusAsync())!.Drain!.Deadline.ShouldBe((await agent.GetStatusAsync())!.Drain!.Since!.Value.AddSeconds(600));
        cluster.Agents[0].Running.Count().ShouldBe(2);

        time.Advance(TimeSpan.FromSeconds(601));

        await UntilAsync(() => !cluster.Agents[0].Running.Any(), "nothing runs any more");
    }

    [Fact]
    public async Task A_new_version_and_a_drain_at_once_lose_nothing_and_end_where_there_is_room()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(Web);
        await cluster.AddAgentAsync("spare");
        var change = cluster.PutAsync(Web with { Cmd = "sleep 2000" });
        await cluster.Host.GetGrain<IAgentGrain>("agent0").DrainAsync(null, markGone: false);
        var after = await cluster.WaitForDeploymentAsync("/web", change);
        after = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 2) && app.Instances.All(instance => instance.AgentId == "spare"), "both run on the other agent");
        after.Instances.ShouldAllBe(instance => instance.Version == after.Target.Version);
    }

    private readonly HashSet<string> _healthy = [];

    private static IEnumerable<string> Ready(ValueList<ServiceEndpoint> endpoints) => endpoints.Where(endpoint => endpoint.State == EndpointState.Ready).Select(endpoint => endpoint.Id);

    private static Task UntilAsync(Func<bool> reached, string what) => AppFixture.UntilAsync(() => Task.FromResult(reached()), what);

    private static Task UntilAsync(Func<Task<bool>> reached, string what) => AppFixture.UntilAsync(reached, what);

    private static async Task<string> OneAsync(Func<IEnumerable<string>> found)
    {
        await UntilAsync(() => found().Any(), "there is one");
        return found().Single();
    }

    private sealed class Quiet : IRegistryObserver
    {
        public Task ChangedAsync(long index) => Task.CompletedTask;
    }
}
