using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Grains.Events;

namespace Platform.Grains.Allocation;

/// <summary>One model of all agents and demands. What comes in changes the model at once; a round a few milliseconds later decides on all of it.</summary>
[KeepAlive]
public sealed partial class AllocatorGrain(
    IOptions<AllocatorSettings> settings,
    TimeProvider time,
    ILogger<AllocatorGrain> logger) : Grain, IAllocatorGrain
{
    private readonly DemandBook _book = new();
    private readonly long _run = time.GetUtcNow().UtcTicks;
    private readonly Dictionary<string, List<string>> _unreviewed = new(StringComparer.Ordinal);
    private Dictionary<string, List<string>> _toReview = new(StringComparer.Ordinal);
    private IGrainTimer _round = null!;
    private bool _due;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _round = this.RegisterGrainTimer(DecideAsync, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        this.RegisterGrainTimer(AnnounceAsync, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        this.RegisterGrainTimer(ReviewAsync, settings.Value.ReviewInterval, settings.Value.ReviewInterval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AgentAddedAsync(AgentStatus agent)
    {
        _book.SetAgent(agent);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AgentConditionAsync(string agentId, AgentCondition condition)
    {
        if (_book.Pool.HasAgent(agentId))
            _book.Pool.SetAvailability(agentId, AgentPlaces.Availability(condition));
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AgentRemovedAsync(string agentId)
    {
        _book.RemoveAgent(agentId);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AgentSlackAsync(string agentId, AgentUsage usage) => DecideSoon();

    /// <inheritdoc/>
    public Task SubmitAsync(ValueList<Demand> demands)
    {
        var now = time.GetUtcNow();
        foreach (var demand in demands)
            _book.Submit(demand, now);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(ValueList<string> demandIds)
    {
        foreach (var id in demandIds)
            _book.Withdraw(id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(ValueList<string> taskIds)
    {
        foreach (var id in taskIds)
            _book.Release(id);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public async Task<long> ResyncAsync(string owner, ValueList<string> taskIds)
    {
        _book.Resync(owner, taskIds);
        await DecideSoon();
        return _run;
    }

    /// <inheritdoc/>
    public Task<PendingExplanation?> ExplainAsync(string demandId) => Task.FromResult(_book.Find(demandId)?.Explanation);

    /// <inheritdoc/>
    public Task<ValueList<PendingDemand>> GetPendingAsync() => Task.FromResult(_book.All.Select(waiting => new PendingDemand
    {
        DemandId = waiting.Demand.Id,
        Owner = waiting.Demand.Owner,
        Role = waiting.Demand.Role,
        Priority = waiting.Demand.Priority,
        Waiting = waiting.Demand.Count,
        Since = waiting.Since,
        Explanation = waiting.Explanation,
    }).ToValueList());

    /// <inheritdoc/>
    public Task<AllocatorStatus> GetStatusAsync() => Task.FromResult(new AllocatorStatus
    {
        Agents = _book.Pool.AgentCount,
        Total = default,
        Allocated = default,
        Tasks = _book.Pool.TaskCount,
        Waiting = _book.All.Sum(waiting => waiting.Demand.Count),
    });

    /// <inheritdoc/>
    public Task<ValueList<PlacementPlan>> PlanAsync(ValueList<Demand> demands) =>
        Task.FromResult(Planner.DryRun(_book.Pool, demands, time.GetUtcNow()).ToValueList());

    /// <inheritdoc/>
    public Task<ValueList<string>> SetWeightsAsync(ValueMap<double> weights) => Task.FromResult<ValueList<string>>(default);

    /// <inheritdoc/>
    public Task<ValueList<string>> SetQuotasAsync(ValueList<RoleQuota> quotas) => Task.FromResult<ValueList<string>>(default);

    private Task DecideSoon()
    {
        if (!_due)
        {
            _due = true;
            _round.Change(settings.Value.Batch, Timeout.InfiniteTimeSpan);
        }
        return Task.CompletedTask;
    }

    private Task DecideAsync()
    {
        _due = false;
        var now = time.GetUtcNow();
        var more = _book.Decide(now, Tell);
        return more ? DecideSoon() : Task.CompletedTask;
    }

    private void Tell(Demand demand, PlacementPlan plan)
    {
        LogDecided(demand.Id, plan.Placements.Length, plan.Preemptions.Length, plan.Unplaced);
        if (plan.Placements.Length > 0 && TaskOwners.Find(GrainFactory, demand.Owner) is { } owner)
        {
            if (!_unreviewed.TryGetValue(demand.Owner, out var unreviewed))
                _unreviewed[demand.Owner] = unreviewed = [];
            unreviewed.AddRange(plan.Placements.Select(placement => placement.TaskId));
            owner.PlacedAsync(new() { DemandId = demand.Id, Placements = [.. plan.Placements] }).Ignore();
        }
        foreach (var victims in plan.Preemptions.GroupBy(victim => victim.Owner))
        {
            TaskOwners.Find(GrainFactory, victims.Key)?
                .PreemptAsync([.. victims.Select(victim => victim.TaskId)], $"{demand.Id} is more important (priority {demand.Priority})").Ignore();
        }
    }

    // Everybody tells what there is: agents their tasks, owners what they hold and want.
    private async Task AnnounceAsync()
    {
        foreach (var id in await GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Agents).ListAsync())
            GrainFactory.GetGrain<IAgentGrain>(id).AllocatorStartedAsync().Ignore();
        foreach (var id in await GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Apps).ListAsync())
            TaskOwners.Find(GrainFactory, TaskOwners.OfApp(id))?.AllocatorStartedAsync(_run).Ignore();
    }

    // A place whose owner never heard of it, or whose release was lost, is found here one to two intervals later.
    private Task ReviewAsync()
    {
        foreach (var (ownerId, places) in _toReview)
        {
            var held = places.Where(_book.Pool.HasTask).ToValueList();
            if (!held.IsEmpty)
                TaskOwners.Find(GrainFactory, ownerId)?.ReviewPlacesAsync(held).Ignore();
        }
        _toReview = new(_unreviewed, StringComparer.Ordinal);
        _unreviewed.Clear();
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Debug, "Demand {DemandId}: {Placed} placed, {Preempted} preempted, {Unplaced} wait")]
    private partial void LogDecided(string demandId, int placed, int preempted, int unplaced);
}
