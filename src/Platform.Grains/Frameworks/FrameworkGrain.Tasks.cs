using System.Security.Cryptography;
using System.Text;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Recovery;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Grains.Frameworks;

/// <content>What agents and the allocator say of the framework's tasks.</content>
public sealed partial class FrameworkGrain
{
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _seenEpochs = new(StringComparer.Ordinal);
    private readonly List<string> _releases = [];
    private readonly List<(string AgentId, string PlaceId)> _unknown = [];
    private readonly List<(string AgentId, string PlaceId)> _unknownEnds = [];
    private readonly HashSet<string> _toSend = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task PlacedAsync(PlacementBatch batch) =>
        // A framework submits no demands.
        Allocator.ReleaseAsync(batch.Placements.Select(placement => placement.TaskId).ToValueList());

    /// <inheritdoc/>
    public Task GangExpiredAsync(ValueList<string> demandIds, long run) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task NoRoomAsync(ValueList<DemandWithoutRoom> demands, long run) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ReviewPlacesAsync(ValueList<string> taskIds, long run)
    {
        if (run < _allocatorRun)
            return Task.CompletedTask;
        var held = Live().Select(task => task.HeldAs).Concat(_launching.Values).Concat(ExecutorPlaces).ToHashSet(StringComparer.Ordinal);
        var unknown = taskIds.Where(id => !held.Contains(id)).ToValueList();
        return unknown.IsEmpty ? Task.CompletedTask : Allocator.ReleaseAsync(unknown);
    }

    /// <inheritdoc/>
    /// <remarks>Tasks that run in an executor have its identity.</remarks>
    public Task<ValueList<string>> HeldAsync(string agentId, ValueList<string> taskIds)
    {
        if (Record.Spec is null && _subscribing == 0)
            DeactivateOnIdle();
        return Task.FromResult(taskIds.Where(id => IsHeld(agentId, id)).ToValueList());
    }

    private bool IsHeld(string agentId, string placeId) =>
        _executors.Items.TryGetValue(placeId, out var executor) ? executor.AgentId == agentId
        : _taskByPlace.TryGetValue(placeId, out var id) && _items.Items.TryGetValue(id, out var task)
            && task.PlaceId == placeId && task.AgentId == agentId && task.RunsIn is null && !task.State.IsTerminal();

    /// <inheritdoc/>
    public async Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates)
    {
        foreach (var update in updates)
            Report(agentId, update);
        await SettleAsync();
        Acknowledge(agentId, updates);
    }

    /// <inheritdoc/>
    public Task AgentChangedAsync(AgentTasks tasks) => AgentsChangedAsync([tasks]);

    /// <inheritdoc/>
    public async Task AgentsChangedAsync(ValueList<AgentTasks> agents)
    {
        foreach (var tasks in agents)
            Reconcile(tasks);
        await SettleAsync();
        foreach (var tasks in agents)
        {
            if (!tasks.Tasks.IsEmpty && tasks.Condition is not (AgentCondition.Unreachable or AgentCondition.Recovering))
                Acknowledge(tasks.AgentId, tasks.Tasks.Select(report => report.Status).Where(status => !IsAwaited(status)).ToValueList());
        }
    }

    /// <inheritdoc/>
    public async Task PreemptAsync(ValueList<string> taskIds, string reason, long run)
    {
        if (run < _allocatorRun)
            return;
        var places = taskIds.ToHashSet(StringComparer.Ordinal);
        await KillExecutorsAsync([.. _executors.Items.Values.Where(executor => places.Contains(executor.PlaceId))], null, TaskReasons.Preempted);
        await KillAsync([.. Live().Where(task => places.Contains(task.HeldAs))], null, TaskReasons.Preempted);
    }

    private IEnumerable<FrameworkTaskState> Live() => _live.Select(id => _items.Items[id]);

    /// <param name="agentId">Who tells.</param>
    /// <param name="update">What.</param>
    /// <param name="isFound">It is the last of what the agent has to say of the task, told with all that it has: an update that it repeats until it is acknowledged comes by itself.</param>
    private void Report(string agentId, TaskUpdate update, bool isFound = false)
    {
        if (IsStranger(agentId, update))
            return;
        if (ReportExecutor(update))
            return;
        if (!_taskByPlace.TryGetValue(update.TaskId, out var id) || !_items.Items.TryGetValue(id, out var task) || task.PlaceId != update.TaskId)
        {
            ReportUnknown(agentId, update);
            return;
        }
        if (task.State.IsTerminal())
        {
            // For the framework it is lost; it must not go on behind its back.
            if (!update.State.IsTerminal() && update.State != TaskState.Unreachable)
                ReportUnknown(agentId, update);
            return;
        }
        // Staging is what the framework takes for granted, and not every framework knows of killing.
        if (update.State == TaskState.Staging || (update.State == TaskState.Killing && !Knows(FrameworkCapabilities.TaskKillingState)))
            return;
        // What the control plane concludes has a finer name than older frameworks know.
        var state = (update.UpdateId.Length == 0 || update.State == TaskState.Dropped) && !Record.Spec!.IsPartitionAware ? FrameworkUpdates.Told(update.State, isPartitionAware: false) : update.State;
        var told = new FrameworkUpdate
        {
            Id = update.UpdateId.Length > 0 ? UpdateIdOf(update.UpdateId) : Guid.NewGuid().ToString("N"),
            AgentId = agentId,
            ExecutorId = task.ExecutorId,
            IsFromControlPlane = update.UpdateId.Length == 0,
            Container = task.Container,
            Parent = task.HeldBy,
            Status = update with { TaskId = id, UpdateId = "", State = state },
        };
        Take(task, isFound ? task.Found(told, FrameworkUpdates.Back(told, Guid.NewGuid(), _time.GetUtcNow())) : task.With(told));
    }

    // A task and an executor are where they were launched: what another agent says of them says nothing of them.
    private bool IsStranger(string agentId, TaskUpdate update)
    {
        var launched = _executors.Items.TryGetValue(update.TaskId, out var executor) ? executor.AgentId
            : _taskByPlace.TryGetValue(update.TaskId, out var id) && _items.Items.TryGetValue(id, out var task) && task.PlaceId == update.TaskId ? task.AgentId
            : null;
        if (launched is null || launched == agentId)
            return false;
        LogStranger(Id, update.TaskId, update.State, agentId, launched);
        if (!update.State.IsTerminal() && update.State != TaskState.Unreachable)
        {
            _unknown.Add((agentId, update.TaskId));
            _headChanged = true;
        }
        return true;
    }

    private void ReportUnknown(string agentId, TaskUpdate update)
    {
        if (update.State.IsTerminal())
        {
            _unknownEnds.Add((agentId, update.TaskId));
            return;
        }
        if (update.State == TaskState.Unreachable)
            return;
        // Only who can write may kill what it does not know: an activation that was superseded knows too little.
        LogUnknown(Id, update.TaskId, agentId);
        _unknown.Add((agentId, update.TaskId));
        _headChanged = true;
    }

    // Something that the control plane concludes about a task.
    private void Imply(FrameworkTaskState task, TaskState state, string reason, string message, DateTimeOffset? unreachableSince = null)
    {
        var told = FrameworkUpdates.Told(state, Record.Spec!.IsPartitionAware);
        if (task.State == told)
            return;
        Take(task, task.With(new()
        {
            Id = Guid.NewGuid().ToString("N"),
            AgentId = task.AgentId,
            ExecutorId = task.ExecutorId,
            IsFromControlPlane = true,
            UnreachableSince = unreachableSince,
            Status = new() { TaskId = task.TaskId, Owner = Owner, State = told, Reason = reason, Message = message, Timestamp = _time.GetUtcNow() },
        }));
    }

    private void Take(FrameworkTaskState task, FrameworkTaskState after)
    {
        if (ReferenceEquals(after, task))
            return;
        // Nobody listens any more: nothing is waited for.
        if (Record.RemovedAt is not null)
            after = after with { Unacknowledged = default };
        Set(after);
        _toSend.Add(task.TaskId);
        if (!after.State.IsTerminal())
            return;
        _live.Remove(task.TaskId);
        _killed.Remove(task.TaskId);
        _launchEpochs.Remove(task.PlaceId);
        // A group's resources go together, with its last task.
        if (task.Group is null || !Live().Any(other => other.Group == task.Group))
            _releases.Add(task.HeldAs);
        var end = after.Statuses[^1].Status;
        LogTaskEnded(Id, task.TaskId, after.State, end.Reason, end.Message);
        if (after.IsCompleted)
            ForgetOldest();
    }

    // Stores what was staged, then does what follows from it.
    private async Task SettleAsync()
    {
        await _writer.WriteAsync();
        if (_releases.Count > 0)
        {
            Allocator.ReleaseAsync(_releases.ToValueList()).Ignore();
            _releases.Clear();
        }
        foreach (var agent in _unknownEnds.GroupBy(task => task.AgentId).ToList())
            Allocator.ReleaseOnAsync(agent.Key, agent.Select(task => task.PlaceId).ToValueList()).Ignore();
        _unknownEnds.Clear();
        foreach (var agent in _unknown.GroupBy(task => task.AgentId).ToList())
        {
            GrainFactory.GetGrain<IAgentGrain>(agent.Key)
                .KillAsync([.. agent.Select(task => new TaskKill { TaskId = task.PlaceId, Owner = Owner, Reason = "not a task of the framework" })], From).Ignore();
        }
        _unknown.Clear();
        foreach (var id in _toSend.ToList())
            SendFirst(id);
        _toSend.Clear();
        if (_news.Count > 0)
        {
            Send([.. _news]);
            _news.Clear();
        }
        if (Record.RemovedAt is not null && _live.Count == 0 && _executors.Items.Count == 0)
            Allocator.RemoveFrameworkAsync(Owner).Ignore();
    }

    private void Acknowledge(string agentId, ValueList<TaskUpdate> updates)
    {
        var ids = updates.Where(update => update.UpdateId.Length > 0).Select(update => update.UpdateId).ToValueList();
        if (!ids.IsEmpty)
            GrainFactory.GetGrain<IAgentGrain>(agentId).AcknowledgeAsync(ids).Ignore();
    }

    // It was seen among what the agent has, and is told to the framework when it comes by itself.
    private bool IsAwaited(TaskUpdate update) => update.UpdateId.Length > 0 && _taskByPlace.TryGetValue(update.TaskId, out var id)
        && _items.Items.TryGetValue(id, out var task) && task.Awaited == UpdateIdOf(update.UpdateId);

    private void Reconcile(AgentTasks tasks)
    {
        _unseen.Remove(tasks.AgentId);
        switch (tasks.Condition)
        {
            case AgentCondition.Recovering:
                if (Live().Any(task => task.AgentId == tasks.AgentId) || _executors.Items.Values.Any(executor => executor.AgentId == tasks.AgentId))
                    _unseen.Add(tasks.AgentId);
                return;
            case AgentCondition.Unreachable:
                foreach (var task in Live().Where(task => task.AgentId == tasks.AgentId).ToList())
                    Imply(task, TaskState.Unreachable, TaskReasons.AgentRemoved, "Agent is unreachable", tasks.UnreachableSince ?? _time.GetUtcNow());
                return;
            case AgentCondition.Gone:
                foreach (var task in Live().Where(task => task.AgentId == tasks.AgentId).ToList())
                    Imply(task, TaskState.GoneByOperator, "REASON_SLAVE_REMOVED_BY_OPERATOR", "Agent has been marked gone");
                ReconcileExecutors(tasks, []);
                return;
        }
        _seenEpochs[tasks.AgentId] = tasks.Epoch;
        var reported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var report in tasks.Tasks)
        {
            reported.Add(report.Status.TaskId);
            Report(tasks.AgentId, report.Status, isFound: true);
        }
        foreach (var task in Live().Where(task => task.AgentId == tasks.AgentId && !reported.Contains(task.PlaceId)).ToList())
        {
            // A launch that is on its way, or was sent on this session, is not in the report yet.
            var epoch = _launchEpochs.GetValueOrDefault(task.PlaceId);
            if (epoch != Launching && tasks.Epoch > 0 && epoch < tasks.Epoch)
                Imply(task, TaskState.Gone, "REASON_SLAVE_REREGISTERED", "The agent came back without the task");
        }
        ReconcileExecutors(tasks, reported);
        if (tasks.Condition == AgentCondition.Draining)
            KillAsync([.. Live().Where(task => task.AgentId == tasks.AgentId && !task.IsKilled)], tasks.DrainGraceSeconds, TaskReasons.AgentDraining).Ignore();
    }

    private async Task AskAgentsAsync()
    {
        foreach (var agentId in _unseen.ToList())
            await AgentChangedAsync(await AskAsync(() => GrainFactory.GetGrain<IAgentGrain>(agentId).GetTasksAsync(Owner)));
    }

    // Of a task only the oldest update is sent; the next one follows when that is acknowledged.
    private void SendFirst(string taskId)
    {
        if (_stream is null || !_items.Items.TryGetValue(taskId, out var task) || task.Unacknowledged.IsEmpty)
            return;
        var update = task.Unacknowledged[0];
        var times = 1;
        if (_sent.TryGetValue(taskId, out var sent) && sent.UpdateId == update.Id)
        {
            if (sent.Due > _time.GetUtcNow())
                return;
            times = sent.Times + 1;
        }
        _sent[taskId] = (update.Id, times, _time.GetUtcNow() + FrameworkUpdates.RetryAfter(times));
        Send([new() { Update = update }]);
    }

    private void SendAgain()
    {
        var now = _time.GetUtcNow();
        foreach (var id in _sent.Where(sent => sent.Value.Due <= now).Select(sent => sent.Key).ToList())
            SendFirst(id);
    }

    private void ForgetOldest()
    {
        var kept = _items.Items.Count - _live.Count;
        if (kept <= _options.KeptTasks)
            return;
        foreach (var task in _items.Items.Values.Where(task => task.IsCompleted).OrderBy(task => task.EndedAt).Take(kept - _options.KeptTasks).ToList())
        {
            _items.Remove(task.TaskId);
            _taskByPlace.Remove(task.PlaceId);
        }
    }

    private bool Knows(FrameworkCapabilities capability) => (Record.Spec!.Capabilities & capability) != 0;

    // For what may be asked twice, and answered late.
    private Task<T> AskAsync<T>(Func<Task<T>> ask) => PatientCall.AskAsync(ask, static () => true, _time);

    private async Task<bool> IsAgentAsync(string id) => (await GrainFactory.ListAsync(DirectoryKinds.Agents, id, _time)).Contains(id);

    // 16 bytes, as the framework's protocol wants them; the same for each repetition of the agent's.
    private static string UpdateIdOf(string agentsId) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(agentsId)).AsSpan(0, 16)).ToString("N");
}
