using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Maintenance;
using Platform.Contracts.Ownership;
using Platform.Contracts.Recovery;
using Platform.Core.Agents;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Grains.Metrics;
using Platform.Grains.Ownership;

namespace Platform.Grains.Allocation;

/// <summary>One model of all agents and demands. What comes in changes the model at once; a round a few milliseconds later decides on all of it.</summary>
[KeepAlive, GrainType("allocator")]
public sealed partial class AllocatorGrain : Grain, IAllocatorGrain
{
    // So many submissions are no crowd; in one the round waits for a pause of this length, and no longer than the last.
    private const int FewAsk = 64;
    private static readonly TimeSpan Hearing = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestHearing = TimeSpan.FromMilliseconds(250);

    private readonly IPersistentState<AllocatorState> _state;
    private readonly TaskOwnerKinds _owners;
    private readonly AllocatorSettings _settings;
    private readonly ClusterMeter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger<AllocatorGrain> _logger;
    private AllocatorModel _model = null!;
    private long _run;
    private Task? _confirmed;
    private bool _isGone;
    private readonly Dictionary<string, NewsNumber> _news = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnerTerm> _heard = new(StringComparer.Ordinal);
    private readonly AgentsToCome _toCome = new();
    private IGrainTimer _round = null!;
    private bool _due;
    private int _asked;
    private long _askedAt;
    private Task _lastChange = Task.CompletedTask;
    private AllocatorStatus? _status;
    private ValueList<WaitingDemand>? _pending;

    /// <summary>Made by the runtime.</summary>
    public AllocatorGrain(
        [PersistentState("allocator", "platform")] IPersistentState<AllocatorState> state,
        TaskOwnerKinds owners,
        IOptions<AllocatorSettings> settings,
        ClusterMeter meter,
        TimeProvider time,
        ILogger<AllocatorGrain> logger)
    {
        _state = state;
        _owners = owners;
        _settings = settings.Value;
        _meter = meter;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Greater than all before, by the record; by the clock too, should the record have been lost.
        _run = Math.Max(_state.State.Run + 1, _time.GetUtcNow().UtcTicks);
        _state.State.Run = _run;
        _model = new(_settings.Options, _settings.Strategy, idPrefix: $"{_run:x}-");
        foreach (var (role, weight) in _state.State.Weights)
            _model.SetWeight(role, weight);
        _model.SetQuotas([.. _state.State.Quotas], force: true);
        _model.RestoreReservations(_state.State.Reservations);
        _round = this.RegisterGrainTimer(DecideAsync, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        this.RegisterGrainTimer(BeginAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
        this.RegisterGrainTimer(ReviewAsync, _settings.ReviewInterval, _settings.ReviewInterval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        return Task.CompletedTask;
    }

    // Of two activations only one gets through this write, and nobody hears of the other.
    private Task ConfirmedAsync() => _confirmed ??= ConfirmAsync();

    private async Task ConfirmAsync()
    {
        try
        {
            await InTurnAsync(async () =>
            {
                await _state.WriteStateAsync();
                return true;
            });
        }
        catch (Exception failure)
        {
            LogNotConfirmed(failure, _run);
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task BeginAsync()
    {
        await ConfirmedAsync();
        Insist(AnnounceAsync);
        await DecideSoon();
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task AgentAddedAsync(AgentStatus agent, NewsNumber number = default)
    {
        if (IsOld(agent.Registration.AgentId, number))
            return Task.CompletedTask;
        _toCome.Came(agent.Registration.AgentId);
        _model.SetAgent(ToAgent(agent), AgentPlaces.Tasks(agent), agent.Volumes);
        AdoptFrameworkTasks(agent);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AgentConditionAsync(string agentId, AgentCondition condition, NewsNumber number = default)
    {
        if (IsOld(agentId, number))
            return Task.CompletedTask;
        if (condition == AgentCondition.Recovering)
            _toCome.Left(agentId);
        else
            _toCome.Came(agentId);
        _model.SetAvailability(agentId, AgentPlaces.Availability(condition));
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AgentRemovedAsync(string agentId, NewsNumber number = default)
    {
        if (IsOld(agentId, number))
            return Task.CompletedTask;
        _toCome.Came(agentId);
        _model.RemoveAgent(agentId);
        ForgetMachine(agentId);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AgentSlackAsync(string agentId, Contracts.Agents.AgentUsage usage)
    {
        _model.SetSlack(agentId, usage.Slack?.Quantities ?? default);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public async Task<long> SubmitAsync(ValueList<Demand> demands, OwnerTerm? from = null)
    {
        await ConfirmedAsync();
        if (IsOld(from))
            return _run;
        var now = _time.GetUtcNow();
        foreach (var demand in demands)
        {
            var limited = demand.MostPerRound == 0 && demand.GangSize == 0 ? demand with { MostPerRound = _settings.MostPerRound } : demand;
            _model.SubmitDemand(limited, now);
        }
        HearOut();
        return _run;
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(ValueList<string> demandIds)
    {
        foreach (var id in demandIds)
            _model.WithdrawDemand(id);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(ValueList<string> taskIds)
    {
        _model.Release(taskIds);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task ReleaseOnAsync(string agentId, ValueList<string> taskIds)
    {
        _model.ReleaseOn(agentId, taskIds);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task ReleaseVolumesAsync(ValueList<string> volumeIds)
    {
        _model.ReleaseVolumes(volumeIds);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public async Task<long> ResyncAsync(string owner, OwnerHoldings holdings, OwnerTerm? from = null)
    {
        await ConfirmedAsync();
        if (IsOld(from))
            return _run;
        var released = _model.Resync(owner, holdings.TaskIds, holdings.Volumes);
        _model.SetDisruptionBudget(owner, holdings.DisruptionBudget);
        LogResynced(owner, holdings.TaskIds.Count, released.Length);
        await DecideSoon();
        return _run;
    }

    /// <inheritdoc/>
    public Task<PendingExplanation?> ExplainAsync(string demandId)
    {
        _pending = null;
        return Task.FromResult(_model.Explain(demandId, _time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task<ValueList<AgentRejection>> ExplainByAgentAsync(string demandId, int most) => Task.FromResult(_model.ExplainByAgent(demandId, most).ToValueList());

    /// <inheritdoc/>
    public Task<ValueList<PendingExplanation>> FindImpossibleAsync(ValueList<Demand> demands) =>
        Task.FromResult(_model.FindImpossible(demands, _time.GetUtcNow()).ToValueList());

    /// <inheritdoc/>
    public Task<ValueList<WaitingDemand>> GetPendingAsync() => Task.FromResult(_pending ??= _model.Waiting().ToValueList());

    /// <inheritdoc/>
    public Task<AllocatorStatus> GetStatusAsync() => Task.FromResult(_status ??= new()
    {
        Agents = _model.AgentCount,
        Total = _model.Capacity,
        Held = _model.Held,
        Roles = [.. _model.RoleUsages()],
        Tasks = _model.TaskCount,
        Waiting = _model.WaitingCount,
        Rounds = _rounds,
        RoundTimes = _roundTimes.Summarize(_time.GetUtcNow()),
        RoundWaits = _roundWaits.Summarize(_time.GetUtcNow()),
    });

    /// <inheritdoc/>
    public Task<ValueList<PlacementPlan>> PlanAsync(ValueList<PlannedChange> changes) =>
        Task.FromResult(_model.Plan(changes, _time.GetUtcNow()).ToValueList());

    // Many events, one round: whoever comes first arms it.
    private Task DecideSoon() => ArmAsync(_settings.Batch);

    // Where many owners ask one after the other, a round waits until they have: it decides over all of them at once, and takes no processor from
    // those that have yet to ask.
    private void HearOut()
    {
        if (_asked == 0)
            _askedAt = _time.GetTimestamp();
        if (++_asked <= FewAsk || _time.GetElapsedTime(_askedAt) > LongestHearing)
        {
            _ = DecideSoon();
            return;
        }
        ForgetPictures();
        _round.Change(Hearing, Timeout.InfiniteTimeSpan);
    }

    private Task ArmAsync(TimeSpan delay)
    {
        ForgetPictures();
        if (!_due)
        {
            _due = true;
            _dueAt = _time.GetTimestamp();
            _round.Change(delay, Timeout.InfiniteTimeSpan);
        }
        return Task.CompletedTask;
    }

    // Pages and APIs are told the same picture until something changes, however many ask.
    private void ForgetPictures()
    {
        _status = null;
        _pending = null;
    }

    private Task DecideAsync()
    {
        var waited = WaitedFor();
        (_due, _asked) = (false, 0);
        if (_confirmed is not { IsCompletedSuccessfully: true })
            return Task.CompletedTask;
        var now = _time.GetUtcNow();
        var began = _time.GetTimestamp();
        var round = _model.Allocate(now);
        Timed(now, _time.GetElapsedTime(began), waited);
        ForgetPictures();
        Tell(round);
        _withoutRoom.AddRange(round.WithoutRoom);
        TellOfNoRoom();
        if (_model.HasWork)
            return ArmAsync(TimeSpan.Zero);
        if (round.NextWakeup is { } wakeup)
            _round.Change(TimeSpan.FromTicks(Math.Clamp((wakeup - now).Ticks, 0, TimeSpan.TicksPerDay * 30)), Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    // Everybody tells what there is: agents their tasks, owners what they hold and want.
    private async Task AnnounceAsync()
    {
        Insist(() => GrainFactory.GetGrain<IMaintenanceGrain>(0).AllocatorStartedAsync());
        var agents = await GrainFactory.ListAsync(DirectoryKinds.Agents, time: _time);
        _toCome.Expect(agents);
        await DecideSoon();
        foreach (var id in agents)
            Insist(() => GrainFactory.GetGrain<IAgentGrain>(id).AllocatorStartedAsync());
        foreach (var kind in _owners.All)
        {
            foreach (var id in await kind.ListAsync(GrainFactory))
                Insist(() => kind.Find(GrainFactory, id).AllocatorStartedAsync(_run));
        }
    }

    // What was told again may arrive twice, and the first of it after the second.
    private bool IsOld(string agentId, NewsNumber number)
    {
        if (_news.TryGetValue(agentId, out var last) && number.IsOlderThan(last))
            return true;
        _news[agentId] = number;
        return false;
    }

    // Owners send one after the other: a number that was there is one that was answered, or that another one has followed.
    private bool IsOld(OwnerTerm? from)
    {
        if (from is null)
            return false;
        if (_heard.TryGetValue(from.Owner, out var last) && !last.IsBefore(from))
            return true;
        _heard[from.Owner] = from;
        return false;
    }

    private void Insist(Func<Task> tell, Func<bool>? matters = null, [CallerArgumentExpression(nameof(tell))] string what = "") =>
        Insistence.UntilHeardAsync(tell, () => !_isGone && (matters is null || matters()), _time, _logger, what).Ignore();
}
