using Platform.Contracts.Agents;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Grains.Apps;

/// <summary>Decides, records the decision, and carries it out.</summary>
public sealed partial class AppGrain
{
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);
    private DateTimeOffset? _deadline;
    private (int Count, DateTimeOffset? Until) _delayed;

    private async Task ActAsync()
    {
        var submit = new List<Demand>();
        var withdraw = new List<string>();
        var ends = new List<OrderEnd>();
        // The end of an order may make room for the next decision at once.
        while (DecideOnce(submit, withdraw, ends))
        {
        }
        try
        {
            await _writer.WriteAsync();
        }
        catch
        {
            // Nothing of it has left the grain: it is decided and written again.
            _demands.Forget(submit);
            LookAgain(_time.GetUtcNow() + RetryAfter);
            ArmTimer();
            throw;
        }
        SendKills();
        ReleaseAndPublish();
        await DemandAsync(submit, withdraw);
        foreach (var end in ends)
            Tell(end);
        ArmTimer();
        if (State.Target is null && _instances.Count == 0)
            DeactivateOnIdle();
    }

    /// <summary>Submits and withdraws. A demand that did not get through is made again.</summary>
    private async Task DemandAsync(List<Demand> submit, List<string> withdraw)
    {
        // Another decision may have withdrawn what this one wanted, before it was even submitted.
        submit.RemoveAll(demand => !_demands.Has(demand.Id));
        if (submit.Count == 0 && withdraw.Count == 0)
            return;
        try
        {
            await Task.WhenAll(
                withdraw.Count > 0 ? Allocator.WithdrawAsync(withdraw.ToValueList()) : Task.CompletedTask,
                submit.Count > 0 ? Allocator.SubmitAsync(submit.ToValueList()) : Task.CompletedTask);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogAllocatorSilent(failure, Id, submit.Count, withdraw.Count);
            _demands.Forget(submit);
            LookAgain(_time.GetUtcNow() + RetryAfter);
        }
    }

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Stages one decision; true if another one has to follow.</summary>
    private bool DecideOnce(List<Demand> submit, List<string> withdraw, List<OrderEnd> ends)
    {
        var now = _time.GetUtcNow();
        var decision = AppReconciler.Decide(
            new()
            {
                Target = _target,
                Previous = _previous,
                Order = State.Order,
                Rollout = State.Rollout,
                Instances = _instances.States,
                Delays = State.Delays,
                WaitingForTarget = _demands.For(_target),
                WaitingForPrevious = _demands.For(_previous),
                Completed = State.Completed,
                ScaledTo = State.ScaledTo,
            },
            now);
        _deadline = decision.NextDeadline;
        if (_delayed != (decision.Delayed, decision.DelayedUntil))
        {
            _delayed = (decision.Delayed, decision.DelayedUntil);
            Changed(head: false);
        }
        _demands.KeepOnly(_target, _previous, withdraw);
        if (decision.IsNothing)
            return false;
        LogDecided(Id, decision.Explanation);
        Changed(head: decision.Rollout is not null || decision.Ended is not null);
        foreach (var kill in decision.Kills)
        {
            if (_instances.Find(kill.Instance.InstanceId) is { } instance)
                Doom(instance, kill.Goal, kill.Reason);
        }
        foreach (var forget in decision.Forgets)
        {
            if (_instances.Find(forget.InstanceId) is { } instance)
                Forget(instance, now);
        }
        if (decision.Rollout is { } rollout)
            State.Rollout = rollout;
        if (decision.ForTarget is { } forTarget)
            _demands.Reach(_target!, forTarget, PlaceOf, now, submit, withdraw, GangDeadline(now));
        if (decision.ForPrevious is { } forPrevious)
            _demands.Reach(_previous!, forPrevious, PlaceOf, now, submit, withdraw);
        if (decision.Ended is { } end)
            EndOrder(end, ends, now);
        return decision.Ended is not null && !_removed;
    }

    /// <summary>Until when a gang may wait. The limit is one of starting: it counts from the beginning of the order, and for what follows once instances are there, from now.</summary>
    private DateTimeOffset? GangDeadline(DateTimeOffset now)
    {
        if (State.Order is null || State.Rollout.Halted || _target?.Spec.Extension is not { Gang: true, GangDeadlineSeconds: { } seconds })
            return null;
        var isStarted = _instances.States.Any(instance => instance.ConfigVersion == _target.ConfigVersion);
        return (isStarted ? now : State.Rollout.ProgressAt).AddSeconds(seconds);
    }

    private bool _removed;

    private void EndOrder(OrderEnd end, List<OrderEnd> ends, DateTimeOffset now)
    {
        ends.Add(end);
        State.LastEnd = end;
        State.Order = null;
        if (end.Failure is not null)
        {
            LogFailed(Id, end.DeploymentId, end.Kind, end.Failure);
            return;
        }
        TellEndOfChecks(end.Kind, now);
        State.Previous = null;
        State.Rollout = new();
        SetTargets();
        if (end.Kind == DeploymentActionKind.Stop)
        {
            _removed = true;
            _events.Add(AppEvents.AppTerminated(Id, now));
        }
    }

    private (InstanceState Instance, string TaskId)? PlaceOf(string instanceId) =>
        _instances.Find(instanceId)?.State is { } parked
            ? (parked, InstanceIds.Place(instanceId, InstanceIds.IncarnationOf(parked.TaskId) + 1, parked.IsPod))
            : null;

    private void Doom(AppInstance instance, InstanceGoal goal, string reason)
    {
        var state = instance.State;
        if (state.Goal == InstanceGoal.Decommissioned || state.Goal == goal)
            return;
        if (state.Parked)
        {
            if (goal == InstanceGoal.Decommissioned)
                Forget(instance, _time.GetUtcNow());
            return;
        }
        _instances.Set(instance, state with { Goal = goal, KillReason = reason });
        LogKilled(Id, state.TaskId, reason);
    }

    private void Forget(AppInstance instance, DateTimeOffset now)
    {
        var state = instance.State;
        FreeVolumes(state);
        if (!state.Parked)
        {
            _releases.Add(state.TaskId);
            _events.Add(AppEvents.InstanceChanged(Id, state, TaskState.Gone, now));
        }
        _instances.Remove(instance);
    }

    // The agent keeps the order until it can carry it out. Without it the volumes would only take room: nothing refers to them any more.
    private void FreeVolumes(InstanceState instance)
    {
        if (instance.Volumes.IsEmpty)
            return;
        LogVolumesFreed(Id, instance.InstanceId, instance.AgentId);
        _volumesToFree.Add((instance.AgentId, instance.Volumes));
    }

    private readonly List<(string AgentId, ValueList<string> Volumes)> _volumesToFree = [];

    /// <summary>Sends the kills that were not sent or have had no effect for too long.</summary>
    private void SendKills()
    {
        var now = _time.GetUtcNow();
        Dictionary<string, List<TaskKill>>? byAgent = null;
        foreach (var instance in _instances.All)
        {
            var state = instance.State;
            if (!state.Doomed || state.Parked || state.State == TaskState.Unreachable || instance.LaunchEpoch == AppInstance.Launching)
                continue;
            if (instance.KillSentAt is { } sent && now < sent + KillPatience)
                continue;
            instance.KillSentAt = now;
            byAgent ??= new(StringComparer.Ordinal);
            if (!byAgent.TryGetValue(state.AgentId, out var kills))
                byAgent[state.AgentId] = kills = [];
            foreach (var taskId in state.LiveTaskIds)
            {
                kills.Add(new()
                {
                    TaskId = taskId,
                    Owner = Owner,
                    GraceSeconds = GraceOf(state),
                    Reason = KillReasonOf(state),
                });
            }
        }
        if (byAgent is null)
            return;
        foreach (var (agentId, kills) in byAgent)
            GrainFactory.GetGrain<IAgentGrain>(agentId).KillAsync(kills.ToValueList()).Ignore();
        LookAgain(now + KillPatience);
    }

    // A drain may shorten the task's own grace; null leaves it as the task says.
    private double? GraceOf(InstanceState instance) =>
        instance.EvictReason == DrainReason && _drainGrace.TryGetValue(instance.AgentId, out var most)
            ? Math.Min(most, _target?.Spec.TaskKillGracePeriodSeconds ?? 3)
            : null;

    private TimeSpan KillPatience => _options.KillRetry + TimeSpan.FromSeconds(_target?.Spec.TaskKillGracePeriodSeconds ?? 3);

    private static string? KillReasonOf(InstanceState instance) => instance switch
    {
        { EvictReason: DrainReason } => TaskReasons.AgentDraining,
        { EvictReason: not null } => TaskReasons.Preempted,
        { EndedBy: not null } => TaskReasons.GroupEnded,
        _ => null,
    };

    private void LookAgain(DateTimeOffset when)
    {
        if (_deadline is null || when < _deadline)
            _deadline = when;
    }

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private void ArmTimer()
    {
        if (_unseen.Count > 0)
            LookAgain(_time.GetUtcNow() + _options.RecoveryPoll);
        if (_deadline is null && _timer is null)
            return;
        _timer ??= this.RegisterGrainTimer(
            TickAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
        if (_deadline is not { } deadline)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }
        // A timer cannot be set for longer than 49 days; what is later is looked at again on the way.
        var due = deadline - _time.GetUtcNow();
        if (due > LongestTimer)
            due = LongestTimer;
        // A moment later, so that the deadline has passed whatever the clock's grain.
        _timer.Change(due <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : due + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private async Task TickAsync()
    {
        if (_unseen.Count > 0)
            await AskAgentsAsync([.. _unseen]);
        await ActAsync();
    }

    private async Task RecoverAsync()
    {
        _timer!.Dispose();
        _timer = null;
        LogRecovering(Id, _instances.Count, _instances.Agents.Count);
        await AskAgentsAsync([.. _instances.Agents]);
        await ActAsync();
    }

    private async Task AskAgentsAsync(IReadOnlyCollection<string> agents)
    {
        var answers = await Task.WhenAll(agents.Select(AskAgentAsync));
        foreach (var tasks in answers)
        {
            if (tasks is not null)
                Reconcile(tasks);
        }
        _mustDecide = false;
        await _writer.WriteAsync();
        foreach (var tasks in answers)
        {
            if (tasks is not null)
                Acknowledge(tasks.AgentId, tasks.Tasks.Select(report => report.Status).ToValueList());
        }
    }

    private async Task<AgentTasks?> AskAgentAsync(string agentId)
    {
        try
        {
            return await GrainFactory.GetGrain<IAgentGrain>(agentId).GetTasksAsync(Owner);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogAgentSilent(failure, Id, agentId);
            _unseen.Add(agentId);
            return null;
        }
    }
}
