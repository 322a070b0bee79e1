using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Maintenance;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Maintenance;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Hosting;
using Platform.Simulation;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Maintenance;

/// <summary>Machines go down and come up with real agents' grains.</summary>
public sealed class MaintenanceGrainTests
{
    private static readonly MachineId Machine = new("a1", "");
    private static readonly ScheduledWindow Window = new([Machine], new MaintenanceWindow(DateTimeOffset.UnixEpoch));

    private readonly OwnerRecorder _owners = new();

    private Task<GrainTestHost> StartAsync() => ControlPlaneHost.StartAsync(services: services => services.AddSingleton<IIncomingGrainCallFilter>(_owners));

    private static SimulatedAgent Agent(GrainTestHost host, string id) => new(host.GrainFactory, id, "cpus:4;mem:4096", TimeProvider.System);

    [Fact]
    public async Task An_agent_of_a_machine_that_goes_down_leaves_with_its_tasks_and_comes_back_when_it_is_up()
    {
        await using var host = await StartAsync();
        var (agent, other) = (Agent(host, "a1"), Agent(host, "a2"));
        await agent.ConnectAsync();
        await other.ConnectAsync();
        var grain = host.GetGrain<IAgentGrain>("a1");
        await grain.LaunchAsync([new() { TaskId = "t1", Name = "t", Owner = "app:/web", Resources = Resources.Parse("cpus:1"), Command = new() { Shell = "sleep 1" } }]);
        await _owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        var maintenance = host.GetGrain<IMaintenanceGrain>(0);
        (await maintenance.UpdateAsync([Window])).ShouldBeEmpty();

        (await maintenance.StartAsync([Machine])).ShouldBeEmpty();

        (await agent.Closed).ShouldBe("""machine {"hostname":"a1"} is down for maintenance""");
        agent.Tasks.ShouldBeEmpty();
        var (_, _, second) = await _owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        ((ValueList<TaskUpdate>)second!).Select(update => (update.TaskId, update.State, update.Reason)).ShouldBe([("t1", TaskState.Gone, TaskReasons.AgentRemoved)]);
        (await grain.GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Unreachable);
        (await host.GetGrain<IAgentGrain>("a2").GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Active);
        var refused = await agent.ConnectAsync();
        refused.Refused.ShouldBe("""machine {"hostname":"a1"} is down for maintenance: it is let in when an operator brings the machine up""");
        refused.Final.ShouldBeFalse();

        (await maintenance.StopAsync([Machine])).ShouldBeEmpty();

        (await agent.ConnectAsync()).Registered.ShouldNotBeNull();
        (await grain.GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Active);
        (await maintenance.GetAsync()).ShouldBe(MaintenancePlan.Empty);
    }

    [Fact]
    public async Task A_new_agent_of_a_machine_that_is_down_is_kept_out_and_what_is_wrong_changes_nothing()
    {
        await using var host = await StartAsync();
        var maintenance = host.GetGrain<IMaintenanceGrain>(0);
        await maintenance.UpdateAsync([Window]);
        await maintenance.StartAsync([Machine]);

        (await Agent(host, "a1").ConnectAsync()).Refused.ShouldNotBeNull();
        (await maintenance.UpdateAsync([])).Count.ShouldBe(1);
        (await maintenance.StartAsync([Machine])).Count.ShouldBe(1);
        (await maintenance.GetAsync()).ShouldBe(new MaintenancePlan { Windows = [Window], Down = [Machine] });
    }
}
