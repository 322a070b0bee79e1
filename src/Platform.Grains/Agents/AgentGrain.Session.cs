using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Contracts.Jobs;
using Platform.Contracts.Maintenance;
using Platform.Contracts.Recovery;
using Platform.Core.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Grains.Agents;

public sealed partial class AgentGrain
{
    /// <inheritdoc/>
    public async Task<AgentCommand> RegisterAsync(AgentRegistration registration, IAgentSession session)
    {
        _registering = true;
        try
        {
            return await BeginSessionAsync(registration, session);
        }
        finally
        {
            _registering = false;
        }
    }

    private async Task<AgentCommand> BeginSessionAsync(AgentRegistration registration, IAgentSession session)
    {
        if (await RefusalAsync(registration) is { } refusal)
        {
            LogRefused(Id, registration.Name, registration.Hostname, refusal.Refused!);
            return refusal;
        }
        var isNew = agent.State.Registration is null;
        var ordered = agent.State.DestroyVolumes;
        var hadFolders = agent.State.Registration?.WatchFolders.IsEmpty == false;
        await SaveAsync(registration);

        var old = _session;
        var told = _tasks.Owners.Concat(_askers).ToHashSet(StringComparer.Ordinal);
        var wasUnreachable = _condition == AgentCondition.Unreachable;
        var now = time.GetUtcNow();
        // By the clock, so that it grows across restarts without being stored.
        _epoch = Math.Max(_epoch + 1, now.ToUnixTimeMilliseconds());
        _session = session;
        _frames = 0;
        _run = registration.Run;
        Logs(registration.Logging);
        _lastSeen = now;
        _reregisteredAt = now;
        _unreachableSince = null;
        _usage = null;
        _askers.Clear();
        _tasks.Replace(registration.Tasks);
        ChangedContainers();
        _volumes.Replace(registration.Volumes, agent.State.DestroyVolumes);
        told.UnionWith(_tasks.Owners);
        told.UnionWith(_volumes.Owners);
        Become(agent.State.Drain is null ? Idle : IsInUse ? AgentCondition.Draining : AgentCondition.Drained);
        Watch();
        LogRegistered(Id, registration.Name, registration.Hostname, _epoch, _tasks.Alive);

        GiveUp("a newer session began");
        if (old is not null)
            await old.CloseAsync("a newer session of this agent has taken its place");
        TellAllocator(whole: true);
        ReleaseVolumes(ordered);
        TellOwners(told);
        if (hadFolders || !registration.WatchFolders.IsEmpty)
            TellWatches();
        if (isNew)
            Publish(AgentChange.Added, null);
        else if (wasUnreachable)
            Publish(AgentChange.Reachable, null);
        return new()
        {
            Registered = new()
            {
                Epoch = _epoch,
                HeartbeatSeconds = options.Value.HeartbeatInterval.TotalSeconds,
                UnreachableAfterSeconds = options.Value.UnreachableAfter.TotalSeconds,
                Protocol = AgentProtocol.Agree(registration.OldestProtocol, registration.Protocol)!.Value,
            },
            Kill = await WaitingKillsAsync(),
            DestroyVolumes = agent.State.DestroyVolumes,
        };
    }

    private void TellWatches()
    {
        var (epoch, registration) = (_epoch, agent.State.Registration!);
        Insist(() => GrainFactory.GetGrain<IFileWatchGrain>(0).AgentBeganAsync(registration), () => epoch == _epoch);
    }

    private async Task<AgentCommand?> RefusalAsync(AgentRegistration registration)
    {
        if (registration.AgentId != Id)
            return Refuse($"the id is {registration.AgentId}, not {Id}", final: false);
        if (AgentProtocol.Agree(registration.OldestProtocol, registration.Protocol) is null)
        {
            return Refuse(
                $"protocol {registration.Protocol} is not spoken here, only {AgentProtocol.Oldest} to {AgentProtocol.Newest}: use an agent of the control plane's "
                + "version, or upgrade the control plane; the agent dials until one of both has been done", final: false);
        }
        if (agent.State.Gone)
            return Refuse("an operator declared this agent gone: start it with an empty work directory to join as a new agent", final: true);
        if (HasSession && _run != registration.Run && time.GetUtcNow() - _lastSeen < options.Value.UnreachableAfter)
            return Refuse(
                $"another agent with the id {Id} has a session (name {agent.State.Registration!.Name}, host {agent.State.Registration.Hostname}): "
                + "each agent needs a work directory of its own", final: false);
        if (await AskAsync(() => GrainFactory.GetGrain<IMaintenanceGrain>(0).FindDownAsync(registration.Hostname, registration.Address)) is { } machine)
            return Refuse($"machine {machine} is down for maintenance: it is let in when an operator brings the machine up", final: false);
        return await ClaimNameAsync(registration.Name) is { } holder
            ? Refuse($"the name {registration.Name} is in use by agent {holder}: give this agent another --name", final: false)
            : null;
    }

    // Who holds the name loses it when it is out of reach.
    private async Task<string?> ClaimNameAsync(string name)
    {
        var directory = GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Agents);
        var holder = await AskAsync(() => directory.ClaimNameAsync(name, Id));
        if (holder == Id)
            return null;
        var status = await AskAsync(() => GrainFactory.GetGrain<IAgentGrain>(holder).GetStatusAsync());
        if (status is not null && status.Condition is not (AgentCondition.Unreachable or AgentCondition.Gone))
            return holder;
        var before = holder;
        holder = await AskAsync(() => directory.ClaimNameAsync(name, Id, from: before));
        return holder == Id ? null : holder;
    }

    // Nothing else is done for the agent until it is answered.
    private Task<T> AskAsync<T>(Func<Task<T>> ask) => PatientCall.AskAsync(ask, () => !_isGone, time);

    private static AgentCommand Refuse(string reason, bool final) => new() { Refused = reason, Final = final };

    // Nothing is written when an agent comes back as it was, so that a restart with many agents is quick.
    private async Task SaveAsync(AgentRegistration reported)
    {
        var registration = reported with { Tasks = default, Volumes = default, Run = "", Logging = null };
        var toDestroy = agent.State.DestroyVolumes.Where(id => reported.Volumes.Any(volume => volume.Id == id)).ToValueList();
        if (agent.State.Registration == registration && agent.State.DestroyVolumes == toDestroy)
            return;
        if (agent.State.Registration is null)
        {
            agent.State.RegisteredAt = time.GetUtcNow();
            await GrainFactory.AddToAsync(DirectoryKinds.Agents, Id, time);
        }
        agent.State.Registration = registration;
        agent.State.DestroyVolumes = toDestroy;
        await agent.WriteStateAsync();
    }

    // Kills that came while there was no session: for tasks that are here, and an answer for those that are not.
    private async Task<ValueList<TaskKill>> WaitingKillsAsync()
    {
        if (_kills.Count == 0)
            return default;
        var missing = new List<TaskUpdate>();
        foreach (var (taskId, kill) in _kills)
        {
            if (_tasks.Find(taskId) is { } task && !task.Status.State.IsTerminal())
                continue;
            _kills.Remove(taskId);
            if (_tasks.Find(taskId) is null)
                missing.Add(Ended(taskId, kill.Owner, TaskState.Lost, TaskReasons.Reconciliation, "The agent came back without this task"));
        }
        await RouteAsync([.. missing]);
        return [.. _kills.Values];
    }

    private void Watch(TimeSpan more = default)
    {
        _lastSeen = time.GetUtcNow();
        _patience = options.Value.UnreachableAfter + more;
        _watch?.Dispose();
        _watch = this.RegisterGrainTimer(CheckSilenceAsync, _patience, Timeout.InfiniteTimeSpan);
    }

    private async Task CheckSilenceAsync()
    {
        if (_condition is AgentCondition.Unreachable or AgentCondition.Gone)
            return;
        var left = _lastSeen + _patience - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            _watch!.Change(left, Timeout.InfiniteTimeSpan);
            return;
        }
        _unreachableSince = time.GetUtcNow();
        Become(AgentCondition.Unreachable);
        LogUnreachable(Id, _lastSeen, _tasks.Alive);
        if (_session is { } session)
        {
            _session = null;
            GiveUp($"nothing was heard for {_patience.TotalSeconds} s");
            await session.CloseAsync($"nothing was heard for {_patience.TotalSeconds} s");
        }
        await TellAllocatorAndWaitAsync();
        TellOwners(_tasks.Owners.Concat(_askers).Distinct());
        Publish(AgentChange.Unreachable, $"nothing was heard since {_lastSeen:O}");
    }
}
