using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Core.Ownership;

namespace Platform.Grains.Ownership;

/// <summary>Everything that an owner of tasks has in common with every other: demands, places, launches, kills, reports, agents, volumes.</summary>
/// <remarks>
/// <para>Record, then act: all calls of a burst share one write, and what follows from them leaves the grain after it. Only <see cref="DecideAndAsk"/> asks before.</para>
/// <para>What is not stored is not true: after a write that failed nothing leaves, and the activation ends. The next one begins with what is stored.</para>
/// <para>Activation asks nobody: the allocator and the agents are asked from a timer, and nothing is decided before the allocator has answered.</para>
/// <para>Not thread-safe: it lives on the turns of a [Reentrant] grain, which hands it the calls of <see cref="ITaskOwnerGrain"/>.</para>
/// </remarks>
/// <typeparam name="TTask">The record of a task.</typeparam>
/// <typeparam name="TFor">What a demand is for.</typeparam>
public sealed partial class OwnershipEngine<TTask, TFor>
    where TTask : class, IOwnedTask<TTask>
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private readonly IGrainBase _grain;
    private readonly IGrainFactory _grains;
    private readonly ITaskOwner<TTask, TFor> _owner;
    private readonly OwnershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CoalescingWriter _writer;
    private OwnerEffects<TTask, TFor> _effects = new();
    private Exception? _broken;
    private bool _isStopped;
    private bool _mustDecide;
    private IGrainTimer? _timer;
    private DateTimeOffset? _armedFor;
    private DateTimeOffset? _deadline;
    private DateTimeOffset? _nextKill;

    /// <summary>The engine of one activation.</summary>
    /// <param name="grain">The owner's grain, for timers and its end.</param>
    /// <param name="grains">For calls.</param>
    /// <param name="owner">What the owner decides by itself.</param>
    /// <param name="tasks">Its tasks as they were stored.</param>
    /// <param name="options">Settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The owner's.</param>
    public OwnershipEngine(
        IGrainBase grain,
        IGrainFactory grains,
        ITaskOwner<TTask, TFor> owner,
        OwnedTasks<TTask> tasks,
        OwnershipOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _grain = grain;
        _grains = grains;
        _owner = owner;
        Tasks = tasks;
        _options = options;
        _time = time;
        _logger = logger;
        _writer = new(WriteAsync);
        Allocator = grains.GetGrain<IAllocatorGrain>(0);
    }

    /// <summary>The owner's tasks.</summary>
    public OwnedTasks<TTask> Tasks { get; }

    /// <summary>The owner's demands that wait at the allocator.</summary>
    public WaitingDemands<TFor> Demands { get; } = new();

    /// <summary>Events that are told after the next write.</summary>
    public ICollection<PlatformEvent> Events => _effects.Events;

    private IAllocatorGrain Allocator { get; }

    /// <summary>Begins to go on with what an earlier activation left. Returns at once: nobody is asked within the activation. An owner that has nothing need not call it.</summary>
    public void Recover()
    {
        _isResynced = false;
        _resyncAt = _time.GetUtcNow();
        _toAsk.UnionWith(Tasks.Agents);
        _logger.Recovering(_owner.Owner, Tasks.Count, Tasks.Agents.Count);
        _mustDecide = true;
        ArmTimer();
    }

    /// <summary>The silo ends: nothing is told again from here. The activation that follows asks the allocator and the agents what they know.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Something has changed that a decision may depend on: <see cref="SettleAsync"/> decides.</summary>
    public void MustDecide() => _mustDecide = true;

    /// <summary>To be decided again at this instant even if nothing happens. Each decision says it anew.</summary>
    public void LookAgain(DateTimeOffset when)
    {
        if (_deadline is null || when < _deadline)
            _deadline = when;
    }

    /// <summary>To be done after the next write.</summary>
    public void Then(Action effect) => _effects.Then.Add(effect);

    /// <summary>Tells the allocator what was decided about demands.</summary>
    public void Tell(DemandChanges changes)
    {
        foreach (var demandId in changes.Withdrawn)
            _effects.Demands.Withdraw(demandId);
        foreach (var demand in changes.Submitted)
            _effects.Demands.Submit(demand);
    }

    /// <summary>A place is not needed any more: the allocator is told after the next write.</summary>
    public void Release(string placeId) => _effects.Releases.Add(placeId);

    /// <summary>Nothing refers to these volumes any more: the agent destroys them after the next write, or when it dials in.</summary>
    public void FreeVolumes(string agentId, ValueList<string> volumes)
    {
        if (volumes.IsEmpty)
            return;
        _logger.VolumesFreed(_owner.Owner, volumes.Count, agentId);
        Add(_effects.Volumes, agentId, volumes);
    }

    /// <summary>Done when everything staged so far is stored and what follows from it was sent.</summary>
    public Task StoreAsync() => _writer.WriteAsync();

    /// <summary>Stores what was staged; decides if something has changed that asks for it, and stores that.</summary>
    public async Task SettleAsync()
    {
        await StoreAsync();
        if (_mustDecide && _isResynced)
            await ActAsync();
        else
            End();
    }

    /// <summary>Decides, stores the decision together with what was staged, and carries it out.</summary>
    public async Task ActAsync()
    {
        Decide();
        await StoreAsync();
        End();
    }

    /// <summary>Decides and asks for places at once; all else waits for <see cref="SettleAsync"/>. For what something else remembers until it is stored.</summary>
    public void DecideAndAsk()
    {
        Decide();
        if (_broken is null && _effects.TakeDemands() is { } demands)
            TellAllocator(demands);
    }

    // Nothing is decided before the allocator has answered.
    private void Decide()
    {
        _mustDecide = true;
        if (!_isResynced)
            return;
        _mustDecide = false;
        // One decision may make room for the next.
        do
            _deadline = null;
        while (_owner.Decide(_time.GetUtcNow()));
    }

    private void End()
    {
        if (_owner.IsOver)
            _grain.DeactivateOnIdle();
        else
            ArmTimer();
    }

    private async Task WriteAsync()
    {
        if (_broken is not null)
            throw _broken;
        StageHeld();
        // All that is staged now is covered by the write that begins now.
        var effects = _effects;
        _effects = new();
        effects.Kills = DueKills();
        try
        {
            await _owner.WriteAsync();
        }
        catch (Exception failure)
        {
            _broken = failure;
            _timer?.Dispose();
            _logger.WriteFailed(failure, _owner.Owner);
            _grain.DeactivateOnIdle();
            throw;
        }
        Send(effects);
    }

    private void Send(OwnerEffects<TTask, TFor> effects)
    {
        if (effects.Kills is { Count: > 0 } kills)
            SendKills(kills);
        if (effects.HasReleases)
        {
            var released = effects.Releases.ToValueList();
            Insist(() => Allocator.ReleaseAsync(released));
        }
        if (effects.HasUnknownEnds)
        {
            foreach (var (agentId, taskIds) in effects.UnknownEnds)
            {
                var ended = taskIds.ToValueList();
                Insist(() => Allocator.ReleaseOnAsync(agentId, ended));
            }
        }
        if (effects.HasVolumes)
        {
            foreach (var (agentId, volumes) in effects.Volumes)
            {
                var freed = volumes.ToValueList();
                Insist(() => _grains.GetGrain<IAgentGrain>(agentId).DestroyVolumesAsync(freed, Term));
            }
        }
        if (effects.HasAcknowledgements)
        {
            foreach (var (agentId, ids) in effects.Acknowledgements)
                _grains.GetGrain<IAgentGrain>(agentId).AcknowledgeAsync(ids.ToValueList()).Ignore();
        }
        if (effects.HasEvents)
            _grains.GetGrain<IEventLogGrain>(0).AppendAsync(effects.Events.ToValueList()).Ignore();
        if (effects.TakeDemands() is { } demands)
            TellAllocator(demands);
        if (effects.HasLaunches)
            LaunchAsync(effects.Launches).Ignore();
        if (effects.HasThen)
            effects.Then.ForEach(effect => effect());
    }

    private void Insist(Func<Task> tell, Func<bool>? matters = null, [CallerArgumentExpression(nameof(tell))] string what = "") =>
        Insistence.UntilHeardAsync(tell, () => _broken is null && !_isStopped && (matters is null || matters()), _time, _logger, what).Ignore();

    private void ArmTimer()
    {
        if (_broken is not null)
            return;
        var next = Earliest(Earliest(_deadline, _nextKill), Earliest(_askAt, _isResynced || _isResyncing ? null : _resyncAt));
        next = Earliest(next, NextHeldUntil);
        if (next == _armedFor && _timer is not null)
            return;
        if (next is null && _timer is null)
            return;
        _timer ??= _grain.RegisterGrainTimer(
            TickAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
        _armedFor = next;
        if (next is not { } deadline)
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
        _armedFor = null;
        try
        {
            if (_toAsk.Count > 0 && (_askAt is not { } due || due <= _time.GetUtcNow()))
                AskAgents();
            if (!_isResynced)
                await ResyncAsync();
            await ActAsync();
        }
        catch (Exception failure) when (_broken is null)
        {
            // The timer goes on whatever it met: nobody else would.
            _logger.TickFailed(failure, _owner.Owner);
            LookAgain(_time.GetUtcNow() + _options.AllocatorRetry);
            ArmTimer();
        }
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null ? right : right is null || left < right ? left : right;

    private static void Add(Dictionary<string, List<string>> lists, string key, IEnumerable<string> values)
    {
        if (!lists.TryGetValue(key, out var list))
            lists[key] = list = [];
        list.AddRange(values);
    }
}
