using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Agents;
using Platform.Core.Placement;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;
using Platform.Simulation;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Agents;

/// <summary>Agents whose tasks belong to an app that only records what it is told.</summary>
public class AgentGrainTests
{
    private const string Owner = "app:/web";

    private static Task<GrainTestHost> StartAsync(OwnerRecorder owners, TimeProvider? time = null, IIncomingGrainCallFilter? filter = null) => ControlPlaneHost.StartAsync(
        options =>
        {
            options.Agents.UnreachableAfter = time is null ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(15);
            options.Agents.FileReadTimeout = TimeSpan.FromMilliseconds(200);
        },
        services =>
        {
            services.AddSingleton<IIncomingGrainCallFilter>(owners).AddSingleton(time ?? TimeProvider.System);
            if (filter is not null)
                services.AddSingleton(filter);
        });

    private static SimulatedAgent Agent(GrainTestHost host, string id = "a1") => new(host.GrainFactory, id, "cpus:4;mem:4096", TimeProvider.System);

    private static TaskSpec Task1(string id, string owner = Owner) =>
        new() { TaskId = id, Name = "web", Owner = owner, Resources = Resources.Parse("cpus:1;mem:32"), Command = new() { Shell = "sleep 1" } };

    [Fact]
    public async Task A_launch_reaches_the_agent_and_its_updates_reach_the_owner_in_order()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = Agent(host);
        await agent.ConnectAsync();
        var grain = host.GetGrain<IAgentGrain>("a1");

        var reply = await grain.LaunchAsync([Task1("t1"), Task1("t2")]);
        var again = await grain.LaunchAsync([Task1("t1")]);

        reply.Refused.ShouldBeNull();
        reply.Epoch.ShouldBe(agent.Epoch);
        again.Refused.ShouldBeNull();
        var (appId, from, second) = await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        (appId, from).ShouldBe(("/web", "a1"));
        ((Core.Collections.ValueList<TaskUpdate>)second!).Select(update => (update.TaskId, update.State))
            .ShouldBe([("t1", TaskState.Starting), ("t1", TaskState.Running), ("t2", TaskState.Starting), ("t2", TaskState.Running)]);
        agent.Tasks.Count.ShouldBe(2);
        var tasks = await grain.GetTasksAsync(Owner);
        tasks.Tasks.Select(task => task.Status.State).ShouldBe([TaskState.Running, TaskState.Running]);
        (await grain.GetTasksAsync("app:/other")).Tasks.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_ended_task_is_forgotten_when_its_end_is_acknowledged()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = Agent(host);
        await agent.ConnectAsync();
        var grain = host.GetGrain<IAgentGrain>("a1");
        await grain.LaunchAsync([Task1("t1")]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));

        await agent.ReportAsync("t1", TaskState.Failed, update => update with { ExitStatus = 3 });
        var (_, _, second) = await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        var failed = ((Core.Collections.ValueList<TaskUpdate>)second!)[0];
        (await grain.GetTasksAsync(Owner)).Tasks.Count.ShouldBe(1);
        await grain.AcknowledgeAsync([failed.UpdateId]);

        failed.ExitStatus.ShouldBe(3);
        (await grain.GetTasksAsync(Owner)).Tasks.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kill_of_a_task_that_is_not_there_is_answered_with_its_loss()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = Agent(host);
        await agent.ConnectAsync();

        await host.GetGrain<IAgentGrain>("a1").KillAsync([new() { TaskId = "ghost", Owner = Owner }]);

        var (_, _, second) = await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        var update = ((Core.Collections.ValueList<TaskUpdate>)second!)[0];
        (update.TaskId, update.State, update.UpdateId).ShouldBe(("ghost", TaskState.Lost, ""));
        // The runtime keeps no session alive that nobody else holds.
        GC.KeepAlive(agent);
    }

    [Fact]
    public async Task A_kill_that_came_without_a_session_is_carried_out_when_the_agent_dials_in()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = Agent(host);
        await agent.ConnectAsync();
        var grain = host.GetGrain<IAgentGrain>("a1");
        await grain.LaunchAsync([Task1("t1")]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        await agent.DisconnectAsync();
        (await grain.LaunchAsync([Task1("t2")])).Refused.ShouldBe("agent a1 is Recovering");
        await grain.KillAsync([new() { TaskId = "t1", Owner = Owner }]);
        agent.Tasks.ShouldBe(["t1"]);

        var answer = await agent.ConnectAsync();

        answer.Kill.Select(kill => kill.TaskId).ShouldBe(["t1"]);
        agent.Tasks.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_agent_is_unreachable_and_its_owners_learn_of_it_and_of_its_return()
    {
        var owners = new OwnerRecorder();
        var time = new SteppedTime();
        await using var host = await StartAsync(owners, time);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var agent = Agent(host);
        await agent.ConnectAsync();
        await host.GetGrain<IAgentGrain>("a1").LaunchAsync([Task1("t1")]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));

        time.Advance(TimeSpan.FromSeconds(15));

        var (_, changed, _) = await owners.NextAsync<AgentTasks>(nameof(ITaskOwnerGrain.AgentChangedAsync));
        changed.Condition.ShouldBe(AgentCondition.Unreachable);
        changed.Tasks.Select(task => task.Status.TaskId).ShouldBe(["t1"]);
        await events.NextAsync("agent_unreachable_event");
        (await agent.Closed.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBe("nothing was heard for 15 s");
        (await agent.HeartbeatAsync()).ShouldBeFalse();

        await agent.ConnectAsync();
        (_, changed, _) = await owners.NextAsync<AgentTasks>(nameof(ITaskOwnerGrain.AgentChangedAsync));
        changed.Condition.ShouldBe(AgentCondition.Active);
        await events.NextAsync("agent_reachable_event");
    }

    [Fact]
    public async Task After_a_restart_an_agent_has_twice_as_long_to_come_back()
    {
        var owners = new OwnerRecorder();
        var time = new SteppedTime();
        await using var host = await StartAsync(owners, time);
        var agent = Agent(host);
        await agent.ConnectAsync();
        await host.CrashAsync();
        (await host.GetGrain<IAgentGrain>("a1").GetTasksAsync(Owner)).Condition.ShouldBe(AgentCondition.Recovering);

        time.Advance(TimeSpan.FromSeconds(29));
        (await host.GetGrain<IAgentGrain>("a1").GetTasksAsync(Owner)).Condition.ShouldBe(AgentCondition.Recovering);
        time.Advance(TimeSpan.FromSeconds(1));

        var (_, changed, _) = await owners.NextAsync<AgentTasks>(nameof(ITaskOwnerGrain.AgentChangedAsync));
        changed.Condition.ShouldBe(AgentCondition.Unreachable);
    }

    [Fact]
    public async Task After_a_restart_an_agent_is_recovering_until_it_dials_in_and_who_asked_is_told()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = Agent(host);
        await agent.ConnectAsync();
        await host.GetGrain<IAgentGrain>("a1").LaunchAsync([Task1("t1")]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));

        await host.CrashAsync();
        var asked = await host.GetGrain<IAgentGrain>("a1").GetTasksAsync(Owner);
        agent.Forget();
        var epoch = agent.Epoch;
        await agent.ConnectAsync(host.GrainFactory);

        (asked.Condition, asked.Epoch).ShouldBe((AgentCondition.Recovering, 0));
        agent.Epoch.ShouldBeGreaterThan(epoch);
        var (_, changed, _) = await owners.NextAsync<AgentTasks>(nameof(ITaskOwnerGrain.AgentChangedAsync));
        (changed.Condition, changed.Epoch, changed.Tasks.Count).ShouldBe((AgentCondition.Active, agent.Epoch, 0));
    }

    [Fact]
    public async Task A_second_agent_with_the_same_id_or_name_is_refused_while_the_first_has_a_session()
    {
        await using var host = await StartAsync(new());
        var first = Agent(host);
        await first.ConnectAsync();
        var silent = new SilentSession();
        var session = host.GrainFactory.CreateObjectReference<IAgentSession>(silent);

        var sameId = await host.GetGrain<IAgentGrain>("a1").RegisterAsync(first.Registration with { Run = "another" }, session);
        var sameName = await host.GetGrain<IAgentGrain>("a2").RegisterAsync(first.Registration with { AgentId = "a2", Run = "another" }, session);

        sameId.Refused!.ShouldStartWith("another agent with the id a1 has a session (name a1, host a1)");
        sameId.Final.ShouldBeFalse();
        sameName.Refused.ShouldBe("the name a1 is in use by agent a1: give this agent another --name");
        (await first.HeartbeatAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task An_agent_of_a_later_version_is_taken_in_if_it_speaks_a_protocol_of_today_too_and_is_never_turned_away_for_good()
    {
        await using var host = await StartAsync(new());
        var agent = Agent(host);
        var session = host.GrainFactory.CreateObjectReference<IAgentSession>(new SilentSession());
        var grain = host.GetGrain<IAgentGrain>("a1");

        var tooNew = await grain.RegisterAsync(agent.Registration with { OldestProtocol = AgentProtocol.Newest + 1, Protocol = AgentProtocol.Newest + 2 }, session);
        var newer = await grain.RegisterAsync(agent.Registration with { Protocol = AgentProtocol.Newest + 1 }, session);

        tooNew.Refused!.ShouldStartWith($"protocol {AgentProtocol.Newest + 2} is not spoken here");
        tooNew.Final.ShouldBeFalse();
        newer.Registered!.Protocol.ShouldBe(AgentProtocol.Newest);
    }

    [Fact]
    public async Task The_same_agent_that_dials_again_replaces_its_session()
    {
        await using var host = await StartAsync(new());
        var agent = Agent(host);
        await agent.ConnectAsync();
        var old = agent.Epoch;

        (await agent.ConnectAsync()).Registered.ShouldNotBeNull();

        agent.Epoch.ShouldBeGreaterThan(old);
        (await host.GetGrain<IAgentGrain>("a1").HeartbeatAsync(old, new())).ShouldBeFalse();
    }

    [Fact]
    public async Task A_drained_agent_takes_no_tasks_until_it_is_reactivated_also_across_restarts()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = Agent(host);
        await agent.ConnectAsync();
        var grain = host.GetGrain<IAgentGrain>("a1");
        await grain.LaunchAsync([Task1("t1")]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));

        await grain.DrainAsync(10, markGone: false);
        var (_, changed, _) = await owners.NextAsync<AgentTasks>(nameof(ITaskOwnerGrain.AgentChangedAsync));
        (changed.Condition, changed.DrainGraceSeconds).ShouldBe((AgentCondition.Draining, 10));
        (await grain.LaunchAsync([Task1("t2")])).Refused.ShouldBe("agent a1 is Draining");
        await grain.KillAsync([new() { TaskId = "t1", Owner = Owner }]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        (await grain.GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Drained);

        await host.CrashAsync();
        agent.Forget();
        await agent.ConnectAsync(host.GrainFactory);
        grain = host.GetGrain<IAgentGrain>("a1");
        (await grain.GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Drained);
        await grain.ReactivateAsync();
        (await grain.LaunchAsync([Task1("t3")])).Refused.ShouldBeNull();
    }

    [Fact]
    public async Task An_agent_that_was_declared_gone_loses_its_tasks_and_may_not_come_back()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var agent = Agent(host);
        await agent.ConnectAsync();
        var grain = host.GetGrain<IAgentGrain>("a1");
        await grain.LaunchAsync([Task1("t1")]);
        await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));

        await grain.MarkGoneAsync();

        var (_, _, second) = await owners.NextAsync<string>(nameof(ITaskOwnerGrain.TaskStatusAsync));
        ((Core.Collections.ValueList<TaskUpdate>)second!)[0].State.ShouldBe(TaskState.GoneByOperator);
        await events.NextAsync("agent_removed_event");
        var answer = await agent.ConnectAsync();
        answer.Final.ShouldBeTrue();
        answer.Refused!.ShouldStartWith("an operator declared this agent gone");
    }

    [Fact]
    public async Task A_read_of_a_file_that_is_not_answered_ends_with_an_error()
    {
        await using var host = await StartAsync(new());
        var agent = Agent(host);
        await agent.ConnectAsync();

        var silent = await host.GetGrain<IAgentGrain>("a1").ReadFileAsync(new() { TaskId = "t1", Path = "stdout" });
        var unknown = await host.GetGrain<IAgentGrain>("a2").ReadFileAsync(new() { TaskId = "t1", Path = "stdout" });

        silent.Error.ShouldBe("agent a1 did not answer within 0.2 s");
        unknown.Error.ShouldBe("agent a2 is Recovering: its files cannot be read now");
        // The runtime keeps no session alive that nobody else holds.
        GC.KeepAlive(agent);
    }

    [Fact]
    public async Task Volumes_are_destroyed_now_and_again_until_the_agent_no_longer_has_them()
    {
        await using var host = await StartAsync(new());
        var agent = Agent(host);
        await agent.ConnectAsync();
        await host.GetGrain<IAgentGrain>("a1").DestroyVolumesAsync(["v1", "v2"]);
        await host.CrashAsync();
        var silent = new SilentSession();
        var session = host.GrainFactory.CreateObjectReference<IAgentSession>(silent);

        var answer = await host.GetGrain<IAgentGrain>("a1").RegisterAsync(agent.Registration with { Volumes = [Volume("v2"), Volume("v3")] }, session);

        answer.DestroyVolumes.ToArray().ShouldBe(["v2"]);
    }

    [Fact]
    public async Task The_allocator_hears_of_an_agent_also_when_it_did_not_listen_at_first()
    {
        var allocator = new BusyAllocator { Refusals = 2 };
        await using var host = await StartAsync(new(), filter: allocator);
        var agent = Agent(host);

        await agent.ConnectAsync();

        await AppFixture.UntilAsync(async () => (await host.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Agents == 1, "the allocator knows the agent");
        allocator.Refusals.ShouldBeLessThan(0);
        GC.KeepAlive(agent);
    }

    private static PersistentVolume Volume(string id) => new() { Id = id, AgentId = "a1", Owner = "app:/db", Size = 10 };

    private sealed class SilentSession : IAgentSession
    {
        public Task SendAsync(AgentCommand command) => Task.CompletedTask;

        public Task CloseAsync(string reason) => Task.CompletedTask;
    }

    /// <summary>The allocator does not take what it is told of an agent.</summary>
    private sealed class BusyAllocator : IIncomingGrainCallFilter
    {
        private int _refusals;

        /// <summary>So many times yet; below 0: so many were let through.</summary>
        public int Refusals { get => _refusals; init => _refusals = value; }

        public Task Invoke(IIncomingGrainCallContext context) =>
            context.InterfaceMethod.DeclaringType == typeof(IAllocatorGrain) && context.MethodName == nameof(IAllocatorGrain.AgentAddedAsync) && Interlocked.Decrement(ref _refusals) >= 0
                ? throw new TimeoutException("the allocator is busy")
                : context.Invoke();
    }
}
