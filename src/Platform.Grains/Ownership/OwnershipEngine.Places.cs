using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Recovery;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Grains.Ownership;

/// <summary>The allocator: demands, places, and what becomes of a place.</summary>
public sealed partial class OwnershipEngine<TTask, TFor>
{
    private bool _isResynced = true;
    private bool _isResyncing;
    private long _allocatorRun;
    private long _announcedRun;
    private long _words;
    private DemandChanges? _untold;
    private bool _isTelling;
    private DateTimeOffset? _resyncAt;

    private OwnerTerm Term => new(_owner.Owner, _owner.Term);

    // What a run of the allocator tells that another has followed does not count. One that is not known yet has begun without the owner's
    // hearing of it.
    private bool IsSuperseded(long run)
    {
        _announcedRun = Math.Max(_announcedRun, run);
        if (_allocatorRun == 0 && _isResynced)
            _allocatorRun = run;
        if (_allocatorRun < _announcedRun && _isResynced)
        {
            _isResynced = false;
            _mustDecide = true;
            _resyncAt = _time.GetUtcNow();
            ArmTimer();
        }
        return run < _announcedRun;
    }

    /// <summary>See <see cref="ITaskOwnerGrain.PlacedAsync"/>.</summary>
    public Task PlacedAsync(PlacementBatch batch)
    {
        if (IsSuperseded(batch.Run))
            return Task.CompletedTask;
        var now = _time.GetUtcNow();
        var released = 0;
        foreach (var placement in batch.Placements)
        {
            if (Tasks.FindByTask(placement.TaskId) is not null)
                continue;
            if (Demands.Take(placement) is { } demand)
            {
                Launch(_owner.Place(placement, demand, now), demand.For, placement);
                continue;
            }
            Release(placement.TaskId);
            released++;
        }
        if (released > 0)
            _logger.NotWanted(_owner.Owner, released);
        return SettleAsync();
    }

    /// <summary>Stages a task on a place that the owner has, and its launch.</summary>
    public OwnedTask<TTask> Launch(TTask record, TFor purpose, TaskPlacement placement)
    {
        var task = Tasks.Add(record);
        task.LaunchEpoch = OwnedTask<TTask>.Launching;
        task.KillSentAt = null;
        _effects.Launches.Add(new(task, purpose, placement));
        return task;
    }

    /// <summary>See <see cref="ITaskOwnerGrain.ReviewPlacesAsync"/>.</summary>
    public Task ReviewPlacesAsync(ValueList<string> taskIds, long run)
    {
        if (IsSuperseded(run))
            return Task.CompletedTask;
        var released = 0;
        foreach (var taskId in taskIds)
        {
            if (Tasks.FindByTask(taskId) is { State.Parked: false })
                continue;
            Release(taskId);
            released++;
        }
        if (released > 0)
            _logger.NotWanted(_owner.Owner, released);
        return SettleAsync();
    }

    /// <summary>See <see cref="ITaskOwnerGrain.PreemptAsync"/>.</summary>
    public Task PreemptAsync(ValueList<string> taskIds, string reason, long run)
    {
        if (IsSuperseded(run))
            return Task.CompletedTask;
        foreach (var taskId in taskIds)
        {
            if (Tasks.FindByTask(taskId) is { State.Doomed: false } task)
                Evict(task, reason);
        }
        return SettleAsync();
    }

    /// <summary>See <see cref="ITaskOwnerGrain.GangExpiredAsync"/>.</summary>
    public Task GangExpiredAsync(ValueList<string> demandIds, long run)
    {
        if (IsSuperseded(run))
            return Task.CompletedTask;
        // What was placed, withdrawn or asked for anew meanwhile does not wait under these ids.
        var isKnown = false;
        foreach (var demandId in demandIds)
            isKnown |= Demands.Drop(demandId);
        if (!isKnown)
            return Task.CompletedTask;
        _owner.GangExpired();
        _mustDecide = true;
        return SettleAsync();
    }

    /// <summary>See <see cref="ITaskOwnerGrain.NoRoomAsync"/>.</summary>
    public Task NoRoomAsync(ValueList<DemandWithoutRoom> demands, long run)
    {
        if (IsSuperseded(run))
            return Task.CompletedTask;
        foreach (var demand in demands)
            _mustDecide |= Demands.HasNoRoom(demand.DemandId, demand.Left) && _owner.MindsNoRoom;
        return _mustDecide ? SettleAsync() : Task.CompletedTask;
    }

    /// <summary>See <see cref="ITaskOwnerGrain.AllocatorStartedAsync"/>.</summary>
    public async Task AllocatorStartedAsync(long run)
    {
        _announcedRun = Math.Max(_announcedRun, run);
        if (_allocatorRun >= _announcedRun)
            return;
        _isResynced = false;
        _mustDecide = true;
        await ResyncAsync();
        await SettleAsync();
    }

    // While it is under way nothing is asked for, and what was asked for before is forgotten: a place that comes late is released, and not
    // held by the owner alone.
    private async Task ResyncAsync()
    {
        if (_isResyncing)
            return;
        _isResyncing = true;
        _resyncAt = null;
        try
        {
            Demands.Clear();
            _untold = null;
            _allocatorRun = await PatientCall.AskAsync(() => Allocator.ResyncAsync(_owner.Owner, Holdings(), NextWord()), () => _broken is null && !_isStopped, _time);
            _isResynced = _allocatorRun >= _announcedRun;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _logger.AllocatorSilent(failure, _owner.Owner, Tasks.Count, 0);
        }
        finally
        {
            _isResyncing = false;
        }
        _resyncAt = _isResynced ? null : _time.GetUtcNow() + _options.AllocatorRetry;
    }

    private OwnerHoldings Holdings() => new()
    {
        TaskIds = Tasks.States.Where(task => !task.Parked).Select(task => task.PlaceId).ToValueList(),
        Volumes = Tasks.States.SelectMany(task => task.PlacedVolumes).ToValueList(),
        DisruptionBudget = _owner.DisruptionBudget,
    };

    // The allocator passes over a word that comes after a later one.
    private OwnerTerm NextWord() => Term with { Number = ++_words };

    // One after the other: each is told until it is answered, and what is decided meanwhile goes with the next.
    private void TellAllocator(DemandChanges changes)
    {
        _untold ??= new();
        foreach (var demandId in changes.Withdrawn)
            _untold.Withdraw(demandId);
        foreach (var demand in changes.Submitted)
            _untold.Submit(demand);
        if (!_isTelling)
            TellAllocatorAsync().Ignore();
    }

    private async Task TellAllocatorAsync()
    {
        _isTelling = true;
        try
        {
            while (_untold is { IsEmpty: false } changes)
            {
                _untold = null;
                await TellAllocatorAsync(changes);
            }
        }
        finally
        {
            _isTelling = false;
        }
    }

    // What did not get through is decided again; whether it arrived is not known, so it is withdrawn first.
    private async Task TellAllocatorAsync(DemandChanges changes)
    {
        var submit = changes.Submitted.Where(demand => Demands.Has(demand.Id)).ToValueList();
        try
        {
            if (changes.Withdrawn.Count > 0)
            {
                var withdraw = changes.Withdrawn.ToValueList();
                Insist(() => Allocator.WithdrawAsync(withdraw));
            }
            if (submit.IsEmpty)
                return;
            var word = NextWord();
            if (IsSuperseded(await PatientCall.AskAsync(() => Allocator.SubmitAsync(submit, word), () => _broken is null && !_isStopped, _time)))
                throw new InvalidOperationException("A run of the allocator took them that another has followed.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _logger.AllocatorSilent(failure, _owner.Owner, submit.Count, changes.Withdrawn.Count);
            foreach (var demand in submit)
            {
                Demands.Drop(demand.Id);
                _effects.Demands.Withdraw(demand.Id);
            }
            _mustDecide = true;
            LookAgain(_time.GetUtcNow() + _options.AllocatorRetry);
            ArmTimer();
        }
    }

    private async Task LaunchAsync(List<Launch<TTask, TFor>> launches)
    {
        var byAgent = new Dictionary<string, List<(OwnedTask<TTask> Task, ValueList<TaskSpec> Specs)>>(StringComparer.Ordinal);
        foreach (var launch in launches)
        {
            var (task, purpose, placement, _) = launch;
            var state = task.State;
            if (state.Doomed || state.PlaceId != placement.TaskId || Tasks.Find(state.Key) != task)
            {
                // It was never sent, so nobody else will report its end.
                Fail(task, placement.TaskId, TaskState.Killed, TaskReasons.Reconciliation, "Killed before it was launched.");
                continue;
            }
            var discoveries = _discoveries;
            var order = await BuildAsync(state, purpose, placement);
            if (order.Problem is { } problem)
            {
                Fail(task, placement.TaskId, TaskState.Error, TaskReasons.Invalid, problem);
                continue;
            }
            if (order.FindsOut is { } subject && MustWait(subject, launch, discoveries))
                continue;
            if (!byAgent.TryGetValue(state.AgentId, out var onAgent))
                byAgent[state.AgentId] = onAgent = [];
            onAgent.Add((task, order.Tasks));
        }
        if (_held.Count > 0)
            ArmTimer();
        if (byAgent.Count == 0 && !_mustDecide)
            return;
        _logger.Launching(_owner.Owner, byAgent.Values.Sum(onAgent => onAgent.Count), byAgent.Count);
        // An agent that does not answer keeps nobody waiting but its own tasks.
        var sent = byAgent.Select(agent => LaunchAsync(agent.Key, agent.Value)).ToList();
        await PatientCall.IsAnsweredAsync(Task.WhenAll(sent), PatientCall.Patience, _time);
        if (_mustDecide)
            await SettleAsync();
        foreach (var late in sent.Where(one => !one.IsCompleted))
            SettleAfterAsync(late).Ignore();
    }

    private async Task SettleAfterAsync(Task launch)
    {
        await launch;
        if (_mustDecide)
            await SettleAsync();
    }

    private async ValueTask<TaskBuild> BuildAsync(TTask task, TFor purpose, TaskPlacement placement)
    {
        try
        {
            return await _owner.BuildAsync(task, purpose, placement);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _logger.BuildFailed(failure, _owner.Owner, task.PlaceId);
            return new(default, $"What its launch needs could not be read: {failure.Message}");
        }
    }

    private async Task LaunchAsync(string agentId, List<(OwnedTask<TTask> Task, ValueList<TaskSpec> Specs)> launches)
    {
        var from = Term with { Number = ++_orders };
        foreach (var (task, _) in launches)
            task.LaunchNumber = from.Number;
        LaunchReply reply;
        try
        {
            var launch = _grains.GetGrain<IAgentGrain>(agentId).LaunchAsync(launches.SelectMany(launch => launch.Specs).ToValueList(), from);
            // It must not be sent twice: a task may have ended by then. Whether it arrived is asked instead.
            if (!await PatientCall.IsAnsweredAsync(launch, PatientCall.Patience, _time))
                Ask(agentId);
            reply = await launch;
        }
        catch (Exception failure)
        {
            // Whether it arrived is not known: the agent is asked for what it has.
            _logger.LaunchFailed(failure, _owner.Owner, launches.Count, agentId);
            foreach (var (task, _) in launches.Where(launch => IsOnItsWay(launch.Task, from)))
                task.LaunchEpoch = 0;
            AskLater(agentId);
            _mustDecide = true;
            return;
        }
        foreach (var (task, specs) in launches)
        {
            if (!IsOnItsWay(task, from))
                continue;
            task.LaunchEpoch = reply.Epoch;
            if (Tasks.FindByTask(specs[0].TaskId) != task)
                continue;
            if (reply.Refused is { } refused)
                Imply(task, TaskState.Dropped, _time.GetUtcNow(), TaskReasons.AgentDisconnected, refused);
            else
                _mustDecide |= task.State.Doomed;
        }
        if (reply.Refused is not null)
            _logger.LaunchRefused(_owner.Owner, launches.Count, agentId, reply.Refused);
    }

    // A parked record may have got another task meanwhile, and the agent may have told what became of this one.
    private static bool IsOnItsWay(OwnedTask<TTask> task, OwnerTerm from) => task.LaunchNumber == from.Number && task.LaunchEpoch == OwnedTask<TTask>.Launching;

    private void Fail(OwnedTask<TTask> task, string placeId, TaskState state, string reason, string message)
    {
        if (Tasks.FindByTask(placeId) != task || task.State.PlaceId != placeId)
            return;
        task.LaunchEpoch = 0;
        Imply(task, state, _time.GetUtcNow(), reason, message);
        _mustDecide = true;
    }
}
