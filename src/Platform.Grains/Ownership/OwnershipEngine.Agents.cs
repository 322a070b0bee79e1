using Platform.Contracts.Agents;
using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Grains.Ownership;

/// <summary>Agents: what they report, what they are asked, and kills.</summary>
public sealed partial class OwnershipEngine<TTask, TFor>
{
    // Ends that agents have told to this activation: an answer or a report that was on its way meanwhile may still show the task as alive.
    private readonly RecentIds _ended = new(256);
    private readonly HashSet<string> _toAsk = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asking = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NewsNumber> _pictures = new(StringComparer.Ordinal);
    private readonly List<AgentTasks> _answers = [];
    private bool _isReading;
    private long _orders;
    private readonly Dictionary<string, double> _drainGrace = new(StringComparer.Ordinal);
    private DateTimeOffset? _askAt;

    /// <summary>See <see cref="ITaskOwnerGrain.TaskStatusAsync"/>.</summary>
    public Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates)
    {
        foreach (var update in updates)
        {
            Report(agentId, update);
            Acknowledge(agentId, update);
        }
        return SettleAsync();
    }

    /// <summary>See <see cref="ITaskOwnerGrain.AgentsChangedAsync"/>.</summary>
    public Task AgentsChangedAsync(ValueList<AgentTasks> agents)
    {
        foreach (var tasks in agents)
            Reconcile(tasks);
        return SettleAsync();
    }

    /// <summary>See <see cref="ITaskOwnerGrain.HeldAsync"/>.</summary>
    public ValueList<string> Held(string agentId, ValueList<string> taskIds) => taskIds
        .Where(id => Tasks.FindByTask(id) is { State: { Parked: false } task } && task.AgentId == agentId && task.LiveTaskIds.Contains(id)).ToValueList();

    /// <summary>Says of a task what no agent does.</summary>
    public void Imply(OwnedTask<TTask> task, TaskState state, DateTimeOffset when, string reason, string message, string? taskId = null)
    {
        var last = task.State.LastStatus;
        Report(task.State.AgentId, new()
        {
            // In a group it is about all of its tasks.
            TaskId = taskId ?? task.State.PlaceId,
            Owner = _owner.Owner,
            State = state,
            Timestamp = when,
            Reason = reason,
            Message = message,
            Sandbox = last?.Sandbox,
            IpAddresses = last?.IpAddresses ?? default,
            Checks = last?.Checks ?? default,
        });
    }

    private void Report(string agentId, TaskUpdate update)
    {
        var now = _time.GetUtcNow();
        if (Tasks.FindByTask(update.TaskId) is { State.Parked: false } task)
        {
            // A task is where it was launched: what another agent says of it says nothing of it.
            if (task.State.AgentId != agentId)
            {
                ReportStranger(agentId, update, task);
                return;
            }
            _owner.Report(task, update, now);
            // What only was implied may be found wrong: then the task is killed.
            if (update.State.IsTerminal() && update.UpdateId.Length > 0)
                _ended.Add(EndOf(agentId, update.TaskId));
            return;
        }
        if (update.State.IsTerminal())
        {
            _owner.ReportUnknownEnd(update, now);
            // Not whatever is held under that name, but what is held there.
            Add(_effects.UnknownEnds, agentId, [update.TaskId]);
            return;
        }
        if (update.State == TaskState.Unreachable || _ended.Has(EndOf(agentId, update.TaskId)))
            return;
        _logger.UnknownTask(_owner.Owner, update.TaskId, agentId);
        KillUnknown(agentId, update.TaskId, () => Tasks.FindByTask(update.TaskId) is null);
    }

    private static string EndOf(string agentId, string taskId) => $"{agentId} {taskId}";

    private void ReportStranger(string agentId, TaskUpdate update, OwnedTask<TTask> task)
    {
        _logger.StrangeTask(_owner.Owner, update.TaskId, update.State, agentId, task.State.AgentId);
        if (!update.State.IsTerminal() && update.State != TaskState.Unreachable)
            KillUnknown(agentId, update.TaskId, () => Tasks.FindByTask(update.TaskId)?.State.AgentId != agentId);
    }

    // An activation that another one has followed does not get through the write.
    private void KillUnknown(string agentId, string taskId, Func<bool> isUnknown)
    {
        _owner.Confirm();
        var kills = ValueList.Create<TaskKill>([new() { TaskId = taskId, Owner = _owner.Owner, Reason = "not a task that its owner knows" }]);
        Then(() => Insist(() => _grains.GetGrain<IAgentGrain>(agentId).KillAsync(kills, Term), isUnknown));
    }

    private void Acknowledge(string agentId, TaskUpdate update)
    {
        if (update.UpdateId.Length > 0)
            Add(_effects.Acknowledgements, agentId, [update.UpdateId]);
    }

    private void Reconcile(AgentTasks tasks)
    {
        if (_pictures.TryGetValue(tasks.AgentId, out var last) && tasks.Number.IsOlderThan(last))
            return;
        _pictures[tasks.AgentId] = tasks.Number;
        var now = _time.GetUtcNow();
        Asked(tasks.AgentId);
        switch (tasks.Condition)
        {
            case AgentCondition.Recovering:
                if (Tasks.On(tasks.AgentId).Count > 0)
                    AskLater(tasks.AgentId);
                return;
            case AgentCondition.Unreachable:
                var since = tasks.UnreachableSince ?? now;
                foreach (var task in Placed(tasks.AgentId))
                    Imply(task, TaskState.Unreachable, since, TaskReasons.AgentDisconnected, $"The agent has been out of reach since {since:O}.");
                return;
            case AgentCondition.Gone:
                foreach (var task in Placed(tasks.AgentId))
                    Imply(task, TaskState.GoneByOperator, now, TaskReasons.AgentRemoved, "The agent was declared gone.");
                return;
        }
        var reported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var report in tasks.Tasks)
        {
            reported.Add(report.Status.TaskId);
            Report(tasks.AgentId, report.Status);
            Acknowledge(tasks.AgentId, report.Status);
        }
        var unknown = Reconciliation.UnknownVolumes(Tasks.On(tasks.AgentId), tasks.Volumes);
        if (!unknown.IsEmpty)
            _owner.Confirm();
        FreeVolumes(tasks.AgentId, unknown);
        var draining = tasks.Condition is not (AgentCondition.Active or AgentCondition.Deactivated);
        if (draining && tasks.DrainGraceSeconds is { } grace)
            _drainGrace[tasks.AgentId] = grace;
        else
            _drainGrace.Remove(tasks.AgentId);
        foreach (var task in Placed(tasks.AgentId))
            Reconcile(task, tasks, Reconciliation.Compare(task, reported, tasks.Epoch, tasks.Fence), draining, now);
    }

    private void Reconcile(OwnedTask<TTask> task, AgentTasks tasks, ReconciledTask found, bool draining, DateTimeOffset now)
    {
        switch (found.Presence)
        {
            case TaskPresence.Launching:
            case TaskPresence.Sent:
                // Nobody would tell if it never came there: the agent is asked until it is seen, or known to be lost.
                AskLater(tasks.AgentId);
                return;
            case TaskPresence.Lost:
                foreach (var taskId in found.Missing)
                    Imply(task, TaskState.Gone, now, TaskReasons.AgentRestarted, "The agent came back without the task.", taskId);
                return;
        }
        // A task that is where it was and as it was gives nothing to decide: after a restart of the control plane that is nearly every one.
        if (task.LaunchEpoch == OwnedTask<TTask>.Launching)
        {
            // Its launch has arrived, whatever became of the answer.
            task.LaunchEpoch = tasks.Epoch;
            _mustDecide = true;
        }
        if (task.State.Doomed)
        {
            task.KillSentAt = null;
            _mustDecide = true;
        }
        else if (draining)
        {
            Evict(task, EvictReasons.Drain, tasks.DrainDeadline);
        }
        else if (task.State.EvictReason == EvictReasons.Drain)
        {
            Tasks.Set(task, task.State.WithEvictReason(null, null));
            _mustDecide = true;
        }
    }

    private List<OwnedTask<TTask>> Placed(string agentId) => Tasks.On(agentId).Where(task => !task.State.Parked).ToList();

    /// <summary>Stages that a task must leave as soon as its owner can bear it, and be started anew.</summary>
    /// <param name="task">The task.</param>
    /// <param name="reason">One of <see cref="EvictReasons"/>, or a text.</param>
    /// <param name="deadline">When it leaves at the latest; null: no such time.</param>
    public void Evict(OwnedTask<TTask> task, string reason, DateTimeOffset? deadline = null)
    {
        if (task.State.EvictReason is { } known && (known != reason || task.State.LeavesBy == deadline))
            return;
        Tasks.Set(task, task.State.WithEvictReason(reason, deadline));
        _mustDecide = true;
        _logger.Evicted(_owner.Owner, task.State.PlaceId, reason);
    }

    private List<OwnedTask<TTask>>? DueKills()
    {
        if (Tasks.Doomed.Count == 0)
        {
            _nextKill = null;
            return null;
        }
        var now = _time.GetUtcNow();
        var due = new List<OwnedTask<TTask>>();
        _nextKill = KillSchedule.Due(Tasks.Doomed, task => _owner.GraceOf(task) + _options.KillRetry, now, due, task => _owner.HeldUntil(task, now));
        foreach (var task in due)
            task.KillSentAt = now;
        return due;
    }

    /// <summary>A task that was held (<see cref="ITaskOwner{TTask, TFor}.HeldUntil"/>) may be killed sooner than was said.</summary>
    public void Released()
    {
        _nextKill = _time.GetUtcNow();
        ArmTimer();
    }

    private void SendKills(List<OwnedTask<TTask>> due)
    {
        foreach (var agent in due.Where(task => task.State.Doomed && !task.State.Parked && Tasks.Find(task.State.Key) == task).GroupBy(task => task.State.AgentId))
        {
            var kills = agent.SelectMany(task => task.State.LiveTaskIds.Select(taskId => new TaskKill
            {
                TaskId = taskId,
                Owner = _owner.Owner,
                GraceSeconds = GraceOf(task.State),
                Reason = KillReasonOf(task.State),
            }));
            Kill(agent.Key, kills.ToValueList());
        }
    }

    private void Kill(string agentId, ValueList<TaskKill> kills) => Insist(
        () => _grains.GetGrain<IAgentGrain>(agentId).KillAsync(kills, Term),
        () => kills.Any(kill => Tasks.FindByTask(kill.TaskId) is not { State.Doomed: false }));

    // A drain may shorten the task's own grace; null leaves it as the task says.
    private double? GraceOf(TTask task) => task.EvictReason == EvictReasons.Drain && _drainGrace.TryGetValue(task.AgentId, out var most)
        ? Math.Min(most, _owner.GraceOf(task).TotalSeconds)
        : null;

    private string? KillReasonOf(TTask task) => task.EvictReason switch
    {
        EvictReasons.Drain => TaskReasons.AgentDraining,
        EvictReasons.OtherImage => _owner.KillReasonOf(task),
        not null => TaskReasons.Preempted,
        _ => _owner.KillReasonOf(task),
    };

    private void AskLater(string agentId)
    {
        _toAsk.Add(agentId);
        _askAt ??= _time.GetUtcNow() + _options.RecoveryPoll;
    }

    private void Asked(string agentId)
    {
        if (_toAsk.Remove(agentId) && _toAsk.Count == 0)
            _askAt = null;
    }

    private void AskAgents()
    {
        _askAt = null;
        foreach (var agentId in _toAsk)
            Ask(agentId);
    }

    // Each agent is asked by itself: one that does not answer keeps nobody waiting.
    private void Ask(string agentId)
    {
        if (_asking.Add(agentId))
            AskAsync(agentId).Ignore();
    }

    private async Task AskAsync(string agentId)
    {
        try
        {
            var fence = Term with { Number = ++_orders };
            var answer = await PatientCall.AskAsync(() => _grains.GetGrain<IAgentGrain>(agentId).GetTasksAsync(_owner.Owner, fence), () => _broken is null && !_isStopped, _time);
            _answers.Add(answer);
        }
        catch (Exception failure)
        {
            _logger.AgentSilent(failure, _owner.Owner, agentId);
            AskLater(agentId);
            ArmTimer();
        }
        finally
        {
            _asking.Remove(agentId);
        }
        if (!_isReading && _answers.Count > 0)
            await ReadAnswersAsync();
    }

    // All answers that are there by then are one change.
    private async Task ReadAnswersAsync()
    {
        _isReading = true;
        try
        {
            while (_answers.Count > 0)
            {
                await Task.Yield();
                var answers = _answers.ToList();
                _answers.Clear();
                try
                {
                    answers.ForEach(Reconcile);
                    await SettleAsync();
                }
                catch (Exception failure) when (_broken is null)
                {
                    // Nobody else would ask again.
                    _logger.TickFailed(failure, _owner.Owner);
                    answers.ForEach(answer => AskLater(answer.AgentId));
                    ArmTimer();
                }
            }
        }
        finally
        {
            _isReading = false;
        }
    }
}
