using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Grains.Frameworks;

/// <content>Executors of the framework's own: each holds resources as a task does, and is told of as an executor.</content>
public sealed partial class FrameworkGrain
{
    /// <summary>The executors that tasks can be given to, or that are on their way to the allocator: by agent and the framework's name.</summary>
    private readonly Dictionary<(string AgentId, string ExecutorId), FrameworkExecutor> _executorAt = [];

    private readonly Dictionary<string, (DateTimeOffset At, double? Grace, string? Reason)> _killedExecutors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leavingExecutors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _draining = new(StringComparer.Ordinal);
    private readonly List<FrameworkEvent> _news = [];

    private IEnumerable<string> ExecutorPlaces => _executorAt.Values.Select(executor => executor.PlaceId);

    /// <inheritdoc/>
    public Task<FrameworkReply> MessageAsync(string? streamId, string agentId, string executorId, byte[] data) => TakeAsync(streamId, () =>
    {
        if (_executorAt.ContainsKey((agentId, executorId)))
            GrainFactory.GetGrain<IAgentGrain>(agentId).MessageAsync(new() { Owner = Owner, ExecutorId = executorId, Data = data }).Ignore();
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public Task ExecutorMessageAsync(string agentId, ExecutorMessage message)
    {
        if (IsThere && _executorAt.ContainsKey((agentId, message.ExecutorId)))
            Send([new() { Executor = new(agentId, message.ExecutorId, message.Data, 0) }]);
        return Task.CompletedTask;
    }

    // The executor that runs a task: the one that is there, or a new one, which needs its own place first.
    private FrameworkExecutor FindOrPlanExecutor(List<PlannedStep> steps, FrameworkLaunch launch, string agentId, out string? problem)
    {
        problem = null;
        var asked = launch.Executor!;
        var key = (agentId, asked.Executor!.ExecutorId);
        if (_executorAt.TryGetValue(key, out var known))
        {
            problem = known.ProblemOf(asked);
            return known;
        }
        var executor = new FrameworkExecutor
        {
            AgentId = agentId,
            Spec = asked with
            {
                TaskId = Name(asked.Executor.ExecutorId),
                Owner = Owner,
                Executor = asked.Executor with { FrameworkId = Id, Framework = Record.Spec!.Definition },
            },
        };
        _executorAt[key] = executor;
        steps.Add(new([], new(Core.Allocation.OfferOperationKind.Launch, executor.Spec.Held, executor.PlaceId), null, null) { Executor = executor });
        return executor;
    }

    private void Forget(FrameworkExecutor executor)
    {
        var key = (executor.AgentId, executor.ExecutorId);
        if (_executorAt.TryGetValue(key, out var known) && known.PlaceId == executor.PlaceId)
            _executorAt.Remove(key);
    }

    // It was planned, and no task came to be in it.
    private void ReleaseUnused(FrameworkExecutor executor)
    {
        if (_executors.Items.ContainsKey(executor.PlaceId) || _launchingIn.ContainsKey(executor.PlaceId) || !ExecutorPlaces.Contains(executor.PlaceId))
            return;
        Forget(executor);
        _releases.Add(executor.PlaceId);
    }

    // True: it is about an executor.
    private bool ReportExecutor(TaskUpdate update)
    {
        if (!_executors.Items.TryGetValue(update.TaskId, out var executor))
            return false;
        if (update.State.IsTerminal())
            EndExecutor(executor, update.ExitStatus is { } exit ? exit << 8 : update.Signal ?? -1);
        return true;
    }

    private void EndExecutor(FrameworkExecutor executor, int status)
    {
        _executors.Remove(executor.PlaceId);
        Forget(executor);
        _killedExecutors.Remove(executor.PlaceId);
        _launchEpochs.Remove(executor.PlaceId);
        _releases.Add(executor.PlaceId);
        _news.Add(new() { Executor = new(executor.AgentId, executor.ExecutorId, null, status) });
        _status = null;
        LogExecutorEnded(Id, executor.ExecutorId, executor.AgentId, status);
    }

    // The agent says what it has, or is not there any more.
    private void ReconcileExecutors(AgentTasks tasks, HashSet<string> reported)
    {
        foreach (var executor in _executors.Items.Values.Where(executor => executor.AgentId == tasks.AgentId && !reported.Contains(executor.PlaceId)).ToList())
        {
            var epoch = _launchEpochs.GetValueOrDefault(executor.PlaceId);
            if (tasks.Condition == AgentCondition.Gone || (epoch != Launching && tasks.Epoch > 0 && epoch < tasks.Epoch))
                EndExecutor(executor, -1);
        }
        if (tasks.Condition == AgentCondition.Draining)
            _draining.Add(tasks.AgentId);
        else
            _draining.Remove(tasks.AgentId);
    }

    private async Task KillExecutorsAsync(List<FrameworkExecutor> executors, double? graceSeconds, string? reason)
    {
        if (executors.Count == 0)
            return;
        var now = _time.GetUtcNow();
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var executor in executors)
        {
            // Balancers let go of its tasks first.
            if (DrainUntil(executor.PlaceId, now, evenNew: true) is { } until)
            {
                held.Add(executor.PlaceId);
                KillExecutorLaterAsync(executor.PlaceId, until - now).Ignore();
            }
            _killedExecutors[executor.PlaceId] = (now, graceSeconds, reason);
            if (executor.IsKilled)
                continue;
            var killed = executor with { IsKilled = true };
            _executors.Set(executor.PlaceId, killed);
            _executorAt[(executor.AgentId, executor.ExecutorId)] = killed;
        }
        _status = null;
        await _writer.WriteAsync();
        SendKills(executors.Where(executor => !held.Contains(executor.PlaceId)));
    }

    private void SendKills(IEnumerable<FrameworkExecutor> executors)
    {
        foreach (var agent in executors.GroupBy(executor => executor.AgentId))
            GrainFactory.GetGrain<IAgentGrain>(agent.Key).KillAsync(agent.Select(KillOf).ToValueList(), From).Ignore();
    }

    private TaskKill KillOf(FrameworkExecutor executor)
    {
        var kill = _killedExecutors.GetValueOrDefault(executor.PlaceId);
        return new() { TaskId = executor.PlaceId, Owner = Owner, GraceSeconds = kill.Grace, Reason = kill.Reason };
    }

    /// <summary>Until when the tasks in an executor go on that connections are balanced to; null: there are none, or they have had their time.</summary>
    /// <param name="placeId">The executor.</param>
    /// <param name="now">The time.</param>
    /// <param name="evenNew">Also those that have not begun to leave: they do with the next write.</param>
    private DateTimeOffset? DrainUntil(string placeId, DateTimeOffset now, bool evenNew)
    {
        DateTimeOffset? last = null;
        foreach (var task in Live().Where(task => task.RunsIn == placeId && (evenNew || task.IsKilled)).ToList())
        {
            if (_announcements.DrainsUntil(Record.Spec?.Name ?? "", task, now) is not { } until)
                continue;
            if (!task.IsKilled)
                Set(task with { IsKilled = true });
            last = last > until ? last : until;
        }
        return last;
    }

    /// <summary>Waits until the executor's tasks have left the registry and their drain times are over.</summary>
    private async Task KillExecutorLaterAsync(string placeId, TimeSpan wait)
    {
        if (!_leavingExecutors.Add(placeId))
            return;
        try
        {
            while (true)
            {
                await Task.Delay(wait, _time);
                if (!_executors.Items.TryGetValue(placeId, out var executor) || !_killedExecutors.TryGetValue(placeId, out var kill))
                    return;
                var now = _time.GetUtcNow();
                if (DrainUntil(placeId, now, evenNew: false) is { } until)
                {
                    wait = until - now;
                    continue;
                }
                _killedExecutors[placeId] = (now, kill.Grace, kill.Reason);
                SendKills([executor]);
                return;
            }
        }
        finally
        {
            _leavingExecutors.Remove(placeId);
        }
    }

    // What ends with its executor is not killed by itself.
    private bool EndsWithExecutor(FrameworkTaskState task) => task.RunsIn is { } placeId && _executors.Items.TryGetValue(placeId, out var executor) && executor.IsKilled;

    // An order may be lost with the silo that it was for; and who drains an agent does not want to wait for executors that have nothing to do.
    private async Task LookAfterExecutorsAsync()
    {
        if (_executors.Items.Count == 0)
            return;
        var now = _time.GetUtcNow();
        var due = _executors.Items.Values.Where(executor => executor.IsKilled && !_leavingExecutors.Contains(executor.PlaceId) && (!_killedExecutors.TryGetValue(executor.PlaceId, out var kill) || now - kill.At > KillAgain)).ToList();
        foreach (var kill in due.GroupBy(executor => _killedExecutors.GetValueOrDefault(executor.PlaceId) is var kill ? (kill.Grace, kill.Reason) : default).ToList())
            await KillExecutorsAsync([.. kill], kill.Key.Grace, kill.Key.Reason);
        var busy = Live().Select(task => task.RunsIn).OfType<string>().Concat(_launchingIn.Keys).ToHashSet(StringComparer.Ordinal);
        await KillExecutorsAsync([.. _executors.Items.Values.Where(executor => !executor.IsKilled && _draining.Contains(executor.AgentId) && !busy.Contains(executor.PlaceId))], null, TaskReasons.AgentDraining);
        // Agents end them by themselves; one whose tasks were never taken may have been forgotten.
        await KillExecutorsAsync([.. _executors.Items.Values.Where(executor => !executor.IsKilled && executor.Spec.Executor!.IsDefault && !busy.Contains(executor.PlaceId))], null, null);
    }
}
