using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Agents;
using Platform.Core.Apps;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;
using Platform.Grains.Ownership;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Ownership;

/// <summary>Whoever did not learn what it asked for asks again, and whoever failed at what was due tries again: nobody else would.</summary>
public sealed class AskingAgainTests
{
    private static AppSpec App() => new() { Id = "/web", Cmd = "sleep 1000", Cpus = 1, Mem = 32, Instances = 1 };

    [Fact]
    public async Task An_agent_that_did_not_answer_after_a_start_is_asked_again()
    {
        var refused = new RefusedOnce(nameof(IAgentGrain.GetTasksAsync));
        await using var cluster = await AppFixture.StartAsync(agents: 1, services: services => services.AddSingleton<IOutgoingGrainCallFilter>(refused));
        var before = (await cluster.PutAndWaitAsync(App())).Instances[0].TaskId;
        var agent = cluster.Agents[0];

        refused.Arm();
        await cluster.Host.CrashAsync(agent.LoseTasks);
        // The agent has no task of the app, and has not heard that the app would like to know: it tells it nothing.
        await refused.Refused.WaitAsync(TimeSpan.FromSeconds(60));
        await agent.DialAsync();

        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1) && app.Instances[0].TaskId != before, "the lost instance is replaced");
    }

    [Fact]
    public async Task A_task_that_an_agent_came_back_without_while_its_launch_was_on_its_way_is_replaced()
    {
        var late = new LateLaunch();
        await using var cluster = await AppFixture.StartAsync(agents: 1, services: services => services.AddSingleton<IOutgoingGrainCallFilter>(late).AddSingleton<IIncomingGrainCallFilter>(late));
        var agent = cluster.Agents[0];
        agent.OnLaunch = _ => TaskState.Staging;
        await cluster.PutAsync(App());
        await late.Held.WaitAsync(TimeSpan.FromSeconds(60));
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Launches.Count == 1), "the agent has it");

        agent.LoseTasks();
        agent.OnLaunch = _ => TaskState.Running;
        await agent.DialAsync();
        // The app has heard that the agent is back, and does not know yet which session the launch went to.
        await late.Told.WaitAsync(TimeSpan.FromSeconds(60));
        late.LetGo();

        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1), "it is replaced");
        agent.Launches.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_owner_that_failed_at_what_was_due_tries_again()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);

        await cluster.Host.GetGrain<IFailingOwnerGrain>("o").BeginAsync();

        await AppFixture.UntilAsync(async () => await cluster.Host.GetGrain<IFailingOwnerGrain>("o").GetDecisionsAsync() >= 2, "it has decided after all");
    }

    /// <summary>Refuses one call of a method after it was armed.</summary>
    private sealed class RefusedOnce(string method) : IOutgoingGrainCallFilter
    {
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _armed;

        public Task Refused => _refused.Task;

        public void Arm() => Volatile.Write(ref _armed, 1);

        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.MethodName != method || Interlocked.Exchange(ref _armed, 0) == 0)
                return context.Invoke();
            _refused.TrySetResult();
            throw new TimeoutException("The test lets nothing through.");
        }
    }

    /// <summary>Holds up the answer to the first launch until it is let go.</summary>
    private sealed class LateLaunch : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _launches;

        public Task Held => _held.Task;

        /// <summary>Done when the owner was told how its tasks are on an agent, and has taken it in.</summary>
        public Task Told => _told.Task;

        public void LetGo() => _letGo.TrySetResult();

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            await context.Invoke();
            if (context.MethodName != nameof(IAgentGrain.LaunchAsync) || Interlocked.Increment(ref _launches) > 1)
                return;
            _held.TrySetResult();
            await _letGo.Task;
        }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            await context.Invoke();
            if (context.MethodName is nameof(ITaskOwnerGrain.AgentChangedAsync) or nameof(ITaskOwnerGrain.AgentsChangedAsync))
                _told.TrySetResult();
        }
    }
}

[Alias("Platform.Tests.IFailingOwnerGrain")]
internal interface IFailingOwnerGrain : IGrainWithStringKey
{
    [Alias("Begin")]
    Task BeginAsync();

    [Alias("GetDecisions")]
    Task<int> GetDecisionsAsync();
}

/// <summary>An owner whose first decision fails.</summary>
[Reentrant, KeepAlive, GrainType("test-failing-owner")]
internal sealed class FailingOwnerGrain(TimeProvider time) : Grain, IFailingOwnerGrain, ITaskOwner<InstanceState, string>
{
    private int _decisions;

    public string Owner => "app:/failing";

    public long Term => 1;

    public int? DisruptionBudget => null;

    public bool IsOver => false;

    public Task BeginAsync()
    {
        new OwnershipEngine<InstanceState, string>(this, GrainFactory, this, new([], (_, _) => { }), new(), time, NullLogger.Instance).Recover();
        return Task.CompletedTask;
    }

    public Task<int> GetDecisionsAsync() => Task.FromResult(_decisions);

    public bool Decide(DateTimeOffset now) => ++_decisions == 1 ? throw new InvalidOperationException("The test lets it fail.") : false;

    public Task WriteAsync() => Task.CompletedTask;

    public void Confirm()
    {
    }

    public void Report(OwnedTask<InstanceState> task, TaskUpdate update, DateTimeOffset now) => throw new NotSupportedException();

    public void ReportUnknownEnd(TaskUpdate update, DateTimeOffset now) => throw new NotSupportedException();

    public InstanceState Place(TaskPlacement placement, WaitingDemand<string> demand, DateTimeOffset now) => throw new NotSupportedException();

    public void GangExpired() => throw new NotSupportedException();

    public ValueTask<TaskBuild> BuildAsync(InstanceState task, string purpose, TaskPlacement placement) => throw new NotSupportedException();

    public TimeSpan GraceOf(InstanceState task) => throw new NotSupportedException();

    public string? KillReasonOf(InstanceState task) => throw new NotSupportedException();
}
