using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Hosting;
using Platform.Simulation;

namespace Platform.Grains.Tests.Deployments;

/// <summary>A change at the gate becomes tasks on agents, through all grains.</summary>
public class ChainTests
{
    private const string Room = "cpus:4;mem:4096;disk:10000;ports:[31000-31099]";

    private static AppSpec App(string id, int instances, string cmd = "sleep 1000") => new() { Id = id, Cmd = cmd, Cpus = 0.5, Mem = 64, Instances = instances };

    private static ChangeSet Put(params AppSpec[] specs) => new() { Apps = [.. specs.Select(spec => new AppChange { AppId = spec.Id, Spec = spec })] };

    [Fact]
    public async Task An_accepted_change_becomes_running_tasks_and_its_deployment_ends()
    {
        await using var host = await ControlPlaneHost.StartAsync();
        var cluster = new SimulatedCluster(3, Room);
        await cluster.ConnectAsync(host.GrainFactory);
        var events = await EventRecorder.StartAsync(host.GrainFactory);

        var result = await host.GetGrain<IGroupGrain>("/").ChangeAsync(Put(App("/shop/web", 5), App("/shop/db", 2)));

        result.Outcome.ShouldBe(ChangeOutcome.Accepted);
        await events.NextAsync("group_change_success", json => json.Contains("\"groupId\":\"/shop\"", StringComparison.Ordinal));
        await events.NextAsync("deployment_success", json => json.Contains(result.DeploymentId, StringComparison.Ordinal));
        cluster.Tasks.ShouldBe(7);
        var web = (await host.GetGrain<IAppGrain>("/shop/web").GetStatusAsync())!;
        web.Instances.Select(instance => instance.State).ShouldBe(Enumerable.Repeat(TaskState.Running, 5));
        web.Target.Version.ShouldBe(result.Version);
        (await host.GetGrain<IGroupGrain>("/").GetDeploymentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Scaling_restarting_and_removing_lead_to_the_tasks_that_were_asked_for()
    {
        await using var host = await ControlPlaneHost.StartAsync();
        var cluster = new SimulatedCluster(3, Room);
        await cluster.ConnectAsync(host.GrainFactory);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var group = host.GetGrain<IGroupGrain>("/");
        async Task ChangeAsync(ChangeSet change)
        {
            var result = await group.ChangeAsync(change);
            result.Outcome.ShouldBe(ChangeOutcome.Accepted);
            await events.NextAsync("deployment_success", json => json.Contains(result.DeploymentId, StringComparison.Ordinal));
        }

        await ChangeAsync(Put(App("/web", 4)));
        var first = cluster.Agents.SelectMany(agent => agent.Tasks).ToHashSet();
        await ChangeAsync(Put(App("/web", 2)));
        var kept = cluster.Agents.SelectMany(agent => agent.Tasks).ToList();
        await ChangeAsync(Put(App("/web", 2, "sleep 2000")));
        var replaced = cluster.Agents.SelectMany(agent => agent.Tasks).ToList();
        await ChangeAsync(new() { Apps = [new() { AppId = "/web", Kind = AppChangeKind.Remove }] });

        first.Count.ShouldBe(4);
        kept.Count.ShouldBe(2);
        kept.ShouldAllBe(task => first.Contains(task));
        replaced.Count.ShouldBe(2);
        replaced.ShouldAllBe(task => !first.Contains(task));
        cluster.Tasks.ShouldBe(0);
        (await host.GetGrain<IAppGrain>("/web").GetStatusAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task After_a_crash_of_the_control_plane_the_same_tasks_run_and_new_changes_are_taken()
    {
        await using var host = await ControlPlaneHost.StartAsync();
        var cluster = new SimulatedCluster(3, Room);
        await cluster.ConnectAsync(host.GrainFactory);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var result = await host.GetGrain<IGroupGrain>("/").ChangeAsync(Put(App("/web", 6)));
        await events.NextAsync("deployment_success", json => json.Contains(result.DeploymentId, StringComparison.Ordinal));
        var before = cluster.Agents.SelectMany(agent => agent.Tasks).Order().ToList();

        await host.CrashAsync();
        await cluster.ReconnectAsync(host.GrainFactory);
        events = await EventRecorder.StartAsync(host.GrainFactory);
        result = await host.GetGrain<IGroupGrain>("/").ChangeAsync(Put(App("/web", 8)));
        await events.NextAsync("deployment_success", json => json.Contains(result.DeploymentId, StringComparison.Ordinal));

        var after = cluster.Agents.SelectMany(agent => agent.Tasks).ToList();
        after.Count.ShouldBe(8);
        before.ShouldAllBe(task => after.Contains(task));
    }

    [Fact]
    public async Task A_deployment_that_waits_for_room_goes_on_after_a_crash_when_an_agent_joins()
    {
        await using var host = await ControlPlaneHost.StartAsync();
        var result = await host.GetGrain<IGroupGrain>("/").ChangeAsync(Put(App("/web", 3)));
        (await host.GetGrain<IGroupGrain>("/").GetDeploymentsAsync()).ToArray().ShouldBe([result.DeploymentId]);

        await host.CrashAsync();
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var cluster = new SimulatedCluster(1, Room);
        await cluster.ConnectAsync(host.GrainFactory);
        await events.NextAsync("deployment_success", json => json.Contains(result.DeploymentId, StringComparison.Ordinal));

        cluster.Tasks.ShouldBe(3);
    }
}
