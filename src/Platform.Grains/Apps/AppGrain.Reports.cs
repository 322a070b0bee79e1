using Platform.Contracts.Agents;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Grains.Apps;

/// <summary>What agents report about the app's tasks.</summary>
public sealed partial class AppGrain
{
    private readonly List<PlatformEvent> _events = [];
    private readonly List<string> _releases = [];
    private readonly Dictionary<string, double> _drainGrace = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);
    private bool _mustDecide;

    /// <inheritdoc/>
    public async Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates)
    {
        foreach (var update in updates)
            Report(agentId, update);
        await SettleAsync();
        Acknowledge(agentId, updates);
    }

    /// <inheritdoc/>
    public async Task AgentChangedAsync(AgentTasks tasks)
    {
        Reconcile(tasks);
        await SettleAsync();
        if (!tasks.Tasks.IsEmpty && tasks.Condition is not (AgentCondition.Unreachable or AgentCondition.Recovering))
            Acknowledge(tasks.AgentId, tasks.Tasks.Select(report => report.Status).ToValueList());
    }

    /// <inheritdoc/>
    public async Task PreemptAsync(ValueList<string> taskIds, string reason)
    {
        foreach (var taskId in taskIds)
        {
            if (_instances.FindByTask(taskId) is { } instance && !instance.State.Doomed)
                Evict(instance, reason);
        }
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async Task GangExpiredAsync(ValueList<string> demandIds)
    {
        // What was placed, withdrawn or asked for anew meanwhile does not wait under these ids.
        if (!_demands.Expire(demandIds))
            return;
        if (State.Order is not null && !State.Rollout.Halted)
            State.Rollout = State.Rollout with { GangExpired = true };
        Changed();
        _mustDecide = true;
        await SettleAsync();
    }

    /// <summary>Stores what was staged, then does what follows from it. All calls of a burst share the write; the first to come back does the rest.</summary>
    private async Task SettleAsync()
    {
        await _writer.WriteAsync();
        ReleaseAndPublish();
        if (_mustDecide)
        {
            _mustDecide = false;
            await ActAsync();
        }
        else if (State.Target is null && _instances.Count == 0)
        {
            DeactivateOnIdle();
        }
    }

    private void ReleaseAndPublish()
    {
        if (_releases.Count > 0)
        {
            Allocator.ReleaseAsync(_releases.ToValueList()).Ignore();
            _releases.Clear();
        }
        foreach (var (agentId, volumes) in _volumesToFree)
            GrainFactory.GetGrain<IAgentGrain>(agentId).DestroyVolumesAsync(volumes).Ignore();
        _volumesToFree.Clear();
        Publish();
    }

    private void Acknowledge(string agentId, ValueList<TaskUpdate> updates)
    {
        List<string>? ids = null;
        foreach (var update in updates)
        {
            if (update.UpdateId.Length > 0)
                (ids ??= new(updates.Count)).Add(update.UpdateId);
        }
        if (ids is not null)
            GrainFactory.GetGrain<IAgentGrain>(agentId).AcknowledgeAsync(ids.ToValueList()).Ignore();
    }

    private void Report(string agentId, TaskUpdate update)
    {
        var now = _time.GetUtcNow();
        if (_instances.FindByTask(update.TaskId) is not { } instance || instance.State.Parked)
        {
            ReportUnknown(agentId, update, now);
            return;
        }
        var before = instance.State;
        if (InstanceTransitions.IsStale(before, update))
            return;
        Changed(head: false);
        var after = InstanceTransitions.Apply(before, update, update.State.IsTerminal() ? null : _target?.Spec.UnreachableStrategy, now);
        AppEvents.AddStatusUpdates(_events, Id, before, after, update, now);
        var tasks = after.IsPod ? PodTransitions.ChangedTasks(before, after) : [(before, after)];
        foreach (var (earlier, _) in tasks)
        {
            if (update.Reason == TaskReasons.Unhealthy && earlier.LastStatus?.Reason != TaskReasons.Unhealthy)
                _events.Add(HealthEvents.Kill(Id, earlier, update, now));
        }
        if (after.State.IsTerminal())
        {
            End(instance, after, update, now);
            return;
        }
        _instances.Set(instance, after);
        if (before.State != after.State)
            _events.Add(AppEvents.InstanceChanged(Id, after, after.State, now));
        if (before.Healthy != after.Healthy)
            _events.Add(AppEvents.HealthChanged(Id, after, now));
        foreach (var (earlier, later) in tasks)
            HealthEvents.Tell(_events, SpecOf(after), Id, earlier, later, now);
        _mustDecide |= Matters(before, after);
    }

    /// <summary>False for the many reports that cannot change a decision, such as the first 99 of 100 instances that come up.</summary>
    private bool Matters(InstanceState before, InstanceState after)
    {
        if (after.State == TaskState.Unreachable || before.State == TaskState.Unreachable || _instances.Leaving > 0 || before.Goal != after.Goal)
            return true;
        if (before.Counts == after.Counts && before.IsHealthy == after.IsHealthy)
            return false;
        return State.Order is { } order && (order.Kind == DeploymentActionKind.Restart || _instances.Counting >= _instances.Active);
    }

    private void ReportUnknown(string agentId, TaskUpdate update, DateTimeOffset now)
    {
        if (update.State.IsTerminal())
        {
            _events.Add(AppEvents.UnknownInstanceTerminated(Id, update, now));
            _releases.Add(update.TaskId);
            return;
        }
        if (update.State == TaskState.Unreachable)
            return;
        LogUnknown(Id, update.TaskId, agentId);
        GrainFactory.GetGrain<IAgentGrain>(agentId).KillAsync([new() { TaskId = update.TaskId, Owner = Owner, Reason = "not an instance of the app" }]).Ignore();
    }

    private void End(AppInstance instance, InstanceState after, TaskUpdate update, DateTimeOffset now)
    {
        var before = instance.State;
        if (after.IsPod)
            (before, update) = PodTransitions.Verdict(after, update);
        var end = TaskEnd.Judge(before, update, _target?.Spec.Extension?.RunOnce == true);
        _events.Add(AppEvents.InstanceChanged(Id, after, update.State, now));
        if (end.Parks)
            _instances.Set(instance, after with { EvictReason = null });
        else
        {
            FreeVolumes(before);
            _instances.Remove(instance);
        }
        _releases.Add(before.TaskId);
        if (end.Unexpected)
            Remember(before, update);
        if (end.Completes && before.ConfigVersion == _target?.ConfigVersion)
            State.Completed++;
        if (end.Fails && State.Order is not null && before.ConfigVersion == _target?.ConfigVersion)
            State.Rollout = State.Rollout with { Failures = State.Rollout.Failures + 1 };
        if (end.Delays)
            Delay(before, now);
        Changed(head: end.Completes || end.Fails || end.Delays || end.Unexpected);
        _mustDecide = true;
        if (before.Doomed)
            LogEnded(Id, before.TaskId, update.State, before.KillReason ?? "");
        else
            LogEndedItself(Id, before.TaskId, update.State, update.Reason, update.Message, update.ExitStatus, update.Signal);
    }

    private void Remember(InstanceState instance, TaskUpdate update)
    {
        var slot = (State.Ends++ % _options.KeptFailures).ToString("D4");
        _failures.Set(slot, new()
        {
            Status = update,
            AgentId = instance.AgentId,
            Host = instance.Host,
            Version = instance.Version,
            InstanceId = instance.IsPod ? instance.InstanceId : null,
            StartedAt = instance.StartedAt ?? instance.StagedAt,
            Containers = AppInstance.ContainersOf(instance),
        });
    }

    private void Delay(InstanceState instance, DateTimeOffset now)
    {
        var target = instance.ConfigVersion == _target?.ConfigVersion ? _target
            : instance.ConfigVersion == _previous?.ConfigVersion ? _previous : null;
        if (target is null)
            return;
        var delay = LaunchDelay.AfterEnd(State.Delays.Find(target.ConfigVersion), target.Spec, now);
        State.Delays = State.Delays.With(target.ConfigVersion, delay);
        LogDelayed(Id, delay.Seconds, delay.Until);
    }

    private void Reconcile(AgentTasks tasks)
    {
        var now = _time.GetUtcNow();
        _unseen.Remove(tasks.AgentId);
        switch (tasks.Condition)
        {
            case AgentCondition.Recovering:
                if (_instances.On(tasks.AgentId).Count > 0)
                    _unseen.Add(tasks.AgentId);
                return;
            case AgentCondition.Unreachable:
                var since = tasks.UnreachableSince ?? now;
                foreach (var instance in _instances.On(tasks.AgentId).Where(instance => !instance.State.Parked).ToList())
                    Report(tasks.AgentId, Imply(instance, TaskState.Unreachable, since, TaskReasons.AgentDisconnected, $"The agent has been out of reach since {since:O}."));
                return;
            case AgentCondition.Gone:
                foreach (var instance in _instances.On(tasks.AgentId).Where(instance => !instance.State.Parked).ToList())
                    Report(tasks.AgentId, Imply(instance, TaskState.GoneByOperator, now, TaskReasons.AgentRemoved, "The agent was declared gone."));
                return;
        }
        var reported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var report in tasks.Tasks)
        {
            reported.Add(report.Status.TaskId);
            Report(tasks.AgentId, report.Status);
        }
        FreeUnknownVolumes(tasks);
        var draining = tasks.Condition != AgentCondition.Active;
        if (draining && tasks.DrainGraceSeconds is { } grace)
            _drainGrace[tasks.AgentId] = grace;
        else
            _drainGrace.Remove(tasks.AgentId);
        foreach (var instance in _instances.On(tasks.AgentId).Where(instance => !instance.State.Parked).ToList())
        {
            var missing = instance.State.LiveTaskIds.Where(taskId => !reported.Contains(taskId)).ToList();
            if (missing.Count > 0)
            {
                // A launch that is on its way, or was sent on this session, is not in the report yet.
                if (instance.LaunchEpoch == AppInstance.Launching)
                    _epochs[tasks.AgentId] = tasks.Epoch;
                else if (tasks.Epoch > 0 && instance.LaunchEpoch < tasks.Epoch)
                {
                    foreach (var taskId in missing)
                        Report(tasks.AgentId, Imply(instance, TaskState.Gone, now, TaskReasons.AgentRestarted, "The agent came back without the task.") with { TaskId = taskId });
                }
                continue;
            }
            if (instance.State.Doomed)
                instance.KillSentAt = null;
            else if (draining)
                Evict(instance, DrainReason);
            else if (instance.State.EvictReason == DrainReason)
                _instances.Set(instance, instance.State with { EvictReason = null });
            _mustDecide = true;
        }
    }

    // What no instance has any more would take room for ever.
    private void FreeUnknownVolumes(AgentTasks tasks)
    {
        if (tasks.Volumes.IsEmpty)
            return;
        var known = _instances.On(tasks.AgentId).SelectMany(instance => instance.State.Volumes).ToHashSet(StringComparer.Ordinal);
        var unknown = tasks.Volumes.Where(volume => !known.Contains(volume)).ToValueList();
        if (unknown.IsEmpty)
            return;
        LogVolumesUnknown(Id, unknown.Count, tasks.AgentId);
        _volumesToFree.Add((tasks.AgentId, unknown));
    }

    private const string DrainReason = "its agent is being drained";

    private void Evict(AppInstance instance, string reason)
    {
        if (instance.State.EvictReason is not null)
            return;
        _instances.Set(instance, instance.State with { EvictReason = reason });
        Changed(head: false);
        _mustDecide = true;
        LogEvicted(Id, instance.State.TaskId, reason);
    }

    // In a pod it is about all tasks of the instance.
    private TaskUpdate Imply(AppInstance instance, TaskState state, DateTimeOffset when, string reason, string message) => new()
    {
        TaskId = instance.State.TaskId,
        Owner = Owner,
        State = state,
        Timestamp = when,
        Reason = reason,
        Message = message,
        Sandbox = instance.State.LastStatus?.Sandbox,
        IpAddresses = instance.State.LastStatus?.IpAddresses ?? default,
        Checks = instance.State.LastStatus?.Checks ?? default,
    };
}
