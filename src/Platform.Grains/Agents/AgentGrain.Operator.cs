using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Grains.Agents;

public sealed partial class AgentGrain
{
    /// <inheritdoc/>
    public Task DrainAsync(double? maxGraceSeconds, bool markGone) => DrainWithinAsync(maxGraceSeconds, markGone, null);

    /// <inheritdoc/>
    public async Task DrainWithinAsync(double? maxGraceSeconds, bool markGone, double? deadlineSeconds)
    {
        if (agent.State.Registration is null || agent.State.Gone)
            return;
        var now = time.GetUtcNow();
        var deadline = deadlineSeconds is { } seconds ? now.AddSeconds(seconds) : agent.State.Drain?.Deadline ?? now + AgentDrain.DefaultDeadline;
        agent.State.Drain = new(maxGraceSeconds, markGone, agent.State.Drain?.Since ?? now) { Deadline = deadline };
        await agent.WriteStateAsync();
        LogDraining(Id, maxGraceSeconds, markGone, _tasks.Alive);
        if (HasSession)
            Become(AgentCondition.Draining);
        await TellAllocatorAndWaitAsync();
        TellOwners(_tasks.Owners);
        await CheckDrainedAsync();
    }

    // How it is with a session and without a drain.
    private AgentCondition Idle => agent.State.Deactivated ? AgentCondition.Deactivated : AgentCondition.Active;

    /// <inheritdoc/>
    public async Task DeactivateAsync()
    {
        if (agent.State.Registration is null || agent.State.Gone || agent.State.Deactivated)
            return;
        agent.State.Deactivated = true;
        await agent.WriteStateAsync();
        LogDeactivated(Id, _tasks.Alive);
        if (!HasSession || agent.State.Drain is not null)
            return;
        Become(Idle);
        await TellAllocatorAndWaitAsync();
        TellOwners(_tasks.Owners);
    }

    /// <inheritdoc/>
    public async Task ReactivateAsync()
    {
        if ((agent.State.Drain is null && !agent.State.Deactivated) || agent.State.Gone)
            return;
        (agent.State.Drain, agent.State.Deactivated) = (null, false);
        await agent.WriteStateAsync();
        LogReactivated(Id);
        if (HasSession)
        {
            Become(AgentCondition.Active);
            await TellAllocatorAndWaitAsync();
            TellOwners(_tasks.Owners);
        }
    }

    /// <inheritdoc/>
    public async Task SendAwayAsync(string reason)
    {
        if (agent.State.Registration is null || agent.State.Gone || (_condition == AgentCondition.Unreachable && _tasks.Alive == 0))
            return;
        LogSentAway(Id, reason, _tasks.Alive);
        var alive = _tasks.All.Where(task => !task.Status.State.IsTerminal()).Select(task => task.Status).ToList();
        _unreachableSince ??= time.GetUtcNow();
        Become(AgentCondition.Unreachable);
        await TellAllocatorAndWaitAsync();
        if (_session is { } session)
        {
            _session = null;
            GiveUp(reason);
            // Frames are carried out in order. What becomes of the tasks is told when it comes again.
            SendLast(session, new() { Kill = [.. alive.Select(task => new TaskKill { TaskId = task.TaskId, Owner = task.Owner, Reason = TaskReasons.AgentRemoved })] });
            await session.CloseAsync(reason);
        }
        var told = _tasks.Owners.Concat(_askers).Distinct().ToList();
        _tasks.Clear();
        ChangedContainers();
        _kills.Clear();
        await RouteAsync([.. alive.Select(task => Ended(task.TaskId, task.Owner, TaskState.Gone, TaskReasons.AgentRemoved, $"The agent was sent away: {reason}"))]);
        TellOwners(told);
        Publish(AgentChange.Unreachable, reason);
    }

    /// <inheritdoc/>
    public async Task MarkGoneAsync()
    {
        if (agent.State.Registration is null || agent.State.Gone)
            return;
        agent.State.Gone = true;
        await agent.WriteStateAsync();
        LogGone(Id, _tasks.Alive);
        Become(AgentCondition.Gone);
        await TellAllocatorAndWaitAsync();
        if (_session is { } session)
        {
            _session = null;
            GiveUp("an operator declared it gone");
            SendLast(session, Refuse("an operator declared this agent gone", final: true));
            await session.CloseAsync("an operator declared this agent gone");
        }
        var lost = _tasks.All.Where(task => !task.Status.State.IsTerminal())
            .Select(task => Ended(task.Status.TaskId, task.Status.Owner, TaskState.GoneByOperator, TaskReasons.AgentRemoved, "The agent was declared gone"))
            .ToValueList();
        var told = _tasks.Owners.Concat(_askers).Distinct().ToList();
        _tasks.Clear();
        ChangedContainers();
        _volumes.Clear();
        _kills.Clear();
        await RouteAsync(lost);
        TellOwners(told);
        await GrainFactory.RemoveFromAsync(DirectoryKinds.Agents, Id, time);
        Publish(AgentChange.Removed, "declared gone by an operator");
    }

    /// <inheritdoc/>
    public async Task DestroyVolumesAsync(ValueList<string> volumeIds, OwnerTerm? from = null)
    {
        if (IsSuperseded(from))
            return;
        agent.State.DestroyVolumes = agent.State.DestroyVolumes.AsEnumerable().Union(volumeIds).ToValueList();
        await agent.WriteStateAsync();
        _volumes.Remove(volumeIds);
        _status = null;
        if (!HasSession)
            return;
        // Frames are carried out in order: what is launched there next finds the room.
        Send(new() { DestroyVolumes = volumeIds });
        ReleaseVolumes(volumeIds);
    }

    private void ReleaseVolumes(ValueList<string> volumeIds)
    {
        if (!volumeIds.IsEmpty)
            Insist(() => Allocator.ReleaseVolumesAsync(volumeIds));
    }

    /// <inheritdoc/>
    public Task<bool> PruneImagesAsync(ValueList<string> excluded)
    {
        if (HasSession)
            Send(new() { Prune = new(excluded) });
        return Task.FromResult(HasSession);
    }

    /// <inheritdoc/>
    public Task<bool> SetLoggingAsync(AgentLogging logging)
    {
        if (HasSession)
        {
            Send(new() { Logging = logging });
            Logs(logging);
        }
        return Task.FromResult(HasSession);
    }

    /// <inheritdoc/>
    public Task<uint?> GetLoggingLevelAsync() =>
        Task.FromResult<uint?>(!HasSession ? null : time.GetUtcNow() < _loggingUntil ? _loggingLevel : 0);

    private void Logs(AgentLogging? logging) =>
        (_loggingLevel, _loggingUntil) = (logging?.Level ?? 0, time.GetUtcNow() + TimeSpan.FromSeconds(logging?.Seconds ?? 0));

    private async Task CheckDrainedAsync()
    {
        if (_condition != AgentCondition.Draining || IsInUse)
            return;
        Become(AgentCondition.Drained);
        LogDrained(Id);
        if (agent.State.Drain is { MarkGone: true })
            await MarkGoneAsync();
    }
}
