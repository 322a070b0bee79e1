using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Core.Allocation;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Ownership;
using Platform.Core.Tasks;
using Platform.Grains.Events;
using Platform.Grains.Ownership;

namespace Platform.Grains.Apps;

/// <summary>One app: takes the orders of deployments and persons. <see cref="AppOwner"/> decides, and the engine does to tasks what was decided.</summary>
[Reentrant, KeepAlive, GrainType("app")]
public sealed class AppGrain(
    [PersistentState("app", "platform")] IPersistentState<AppState> head,
    [PersistentItems("instances", "platform")] IPersistentItems<InstanceState> instances,
    [PersistentItems("versions", "platform")] IPersistentItems<AppVersion> versions,
    [PersistentItems("failures", "platform")] IPersistentItems<TaskFailure> failures,
    IOptions<AppOptions> options,
    IOptions<OwnershipOptions> ownership,
    IMetricSource metrics,
    TimeProvider time,
    ILogger<AppGrain> logger) : Grain, IAppGrain
{
    private static readonly TimeSpan OrderAgainWithin = TimeSpan.FromSeconds(10);

    private AppStore _store = null!;
    private bool _isExpecting;
    private AppOwner _owner = null!;
    private AppView _view = null!;
    private AutoscalingLoop _autoscaling = null!;
    private OwnershipEngine<InstanceState, AppTarget> _engine = null!;

    private string Id => this.GetPrimaryKeyString();

    private AppState State => _store.State;

    private bool IsNothing => State.Target is null && _engine.Tasks.Count == 0;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _store = new(head, instances, versions, failures, options.Value);
        _store.RaiseTerm(time.GetUtcNow());
        _owner = new(Id, _store, new(GrainFactory, TaskOwners.OfApp(Id), options.Value), GrainFactory, time, logger);
        var tasks = new OwnedTasks<InstanceState>(_store.LoadInstances(), _owner.InstanceChanged);
        _engine = new(this, GrainFactory, _owner, tasks, ownership.Value, time, logger);
        _owner.Join(_engine);
        _view = new(_store, _owner, _engine, GrainFactory, options.Value, time);
        _autoscaling = new(Id, this, _store, _owner, _view, _engine, new(GrainFactory, metrics, time), options.Value, time, logger);
        _autoscaling.Arm();
        if (IsNothing)
            return Task.CompletedTask;
        _owner.TellStored();
        _engine.Recover();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (reason.ReasonCode == DeactivationReasonCode.ShuttingDown)
            _engine.Stop();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync()
    {
        // A write that failed may be stored all the same; then nobody has told what it ended.
        if (State.LastEnd is { } ended)
            _owner.Tell(ended);
        // Nor that its last instance is gone.
        if (IsNothing)
            _owner.TellStored();
        EndIfNothing();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<AppStatus?> GetStatusAsync()
    {
        if (State.Target is not null)
            return _view.ShowAsync();
        // A path that is only asked for does not stay in memory.
        EndIfNothing();
        return Task.FromResult<AppStatus?>(null);
    }

    /// <inheritdoc/>
    public Task<InstancePage> GetInstancesAsync(string more)
    {
        var page = _view.Show(more);
        EndIfNothing();
        return Task.FromResult(page);
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> GetVersionsAsync() => Task.FromResult(_store.Versions.Keys.Order(StringComparer.Ordinal).ToValueList());

    /// <inheritdoc/>
    public Task<AppVersion?> GetVersionAsync(string version) => Task.FromResult(_store.Versions.GetValueOrDefault(version));

    /// <inheritdoc/>
    public async Task<AppOrderReply> ExecuteAsync(AppOrder order)
    {
        _owner.Ordering++;
        try
        {
            // The end of the app is being written; the order is for what comes after it.
            if (_store.IsRemoved)
                await _engine.StoreAsync();
            // An app that is gone knows no terms. Whether this is an order of old, only who gave it can tell.
            if (IsAskedFor(order))
                return Ask();
            await TakeAsync(order);
            return IsAskedFor(order) ? Ask() : new();
        }
        finally
        {
            _owner.Ordering--;
            EndIfNothing();
        }
    }

    private bool IsAskedFor(AppOrder order) => State.Target is null && order.Target is not null && order.Vacancy != _store.Vacancy;

    private AppOrderReply Ask()
    {
        if (!_isExpecting)
            ExpectAsync().Ignore();
        return new(_store.Vacancy);
    }

    // The activation stays until the order comes again, if it does.
    private async Task ExpectAsync()
    {
        _isExpecting = true;
        _owner.Ordering++;
        await Task.Delay(OrderAgainWithin, time);
        _owner.Ordering--;
        _isExpecting = false;
        EndIfNothing();
    }

    private async Task TakeAsync(AppOrder order)
    {
        if (IsRefused(order))
            return;
        if (State.LastEnd is { } ended && ended.DeploymentId == order.DeploymentId && ended.Kind == order.Kind)
        {
            await _engine.StoreAsync();
            _owner.Tell(ended);
            return;
        }
        if (order.Kind == DeploymentActionKind.Stop && IsNothing)
        {
            _store.Vacate();
            _owner.Tell(new(order.DeploymentId, order.Kind, null));
            DeactivateOnIdle();
            return;
        }
        var repeated = Repeats(order);
        if (repeated && !State.Rollout.Halted)
        {
            await _engine.StoreAsync();
            return;
        }
        if (State.Target is null && order.Target is not null)
        {
            await GrainFactory.AddToAsync(DirectoryKinds.Apps, Id, time);
            // A later order, or the end of this one's deployment, may have come meanwhile.
            if (IsRefused(order) || IsAskedFor(order))
            {
                if (State.Target is null)
                    await GrainFactory.RemoveFromAsync(DirectoryKinds.Apps, Id, time);
                return;
            }
            repeated = Repeats(order);
        }
        State.Term = order.Term ?? State.Term;
        if (repeated)
            State.Rollout = State.Rollout with { Halted = false, GangExpired = false, ProgressAt = time.GetUtcNow() };
        else
            Take(order);
        _store.Changed();
        await _engine.StoreAsync();
        logger.Ordered(Id, order.DeploymentId, order.Kind, State.Target?.Version, State.Target?.Spec.Instances ?? 0);
        await _engine.ActAsync();
    }

    private bool Repeats(AppOrder order) => State.Order is { } current && current.DeploymentId == order.DeploymentId && current.Kind == order.Kind;

    private bool IsRefused(AppOrder order)
    {
        if (order.Term?.IsBefore(State.Term) != true)
            return false;
        logger.OrderRefused(Id, order.DeploymentId, order.Kind, order.Term, State.Term!);
        return true;
    }

    private void Take(AppOrder order)
    {
        var now = time.GetUtcNow();
        State.Order = new()
        {
            DeploymentId = order.DeploymentId,
            Kind = order.Kind,
            StartedAt = now,
            KillFirst = order.KillFirst,
            Wipe = order.Wipe,
        };
        // Offers are counted for a version, through all the steps of its deployment.
        if (order.Target is { } next && next.Version != State.Target?.Version)
            _owner.Placed = default;
        State.Rollout = RolloutState.Begin(
            State.Rollout, State.Target?.LastConfigChangeAt, State.Previous?.LastConfigChangeAt, order.Target?.LastConfigChangeAt, now);
        if (order.Target is not { } target)
            return;
        HealthEvents.TellBegin(_engine.Events, _store, target, now);
        var config = target.LastConfigChangeAt;
        // Once for each change: the number of instances says nothing new.
        if (State.Target?.LastConfigChangeAt != config && AppEvents.LabelsUnread(_owner.AppId, target) is { } unread)
            _engine.Events.Add(now, unread);
        if (State.Target is { } standing && standing.LastConfigChangeAt != config)
        {
            State.Previous = State.Previous?.LastConfigChangeAt == config ? null : State.Previous ?? standing;
            State.Completed = 0;
        }
        if (State.Target is { } old && (old.Spec.Instances != target.Spec.Instances || target.Spec.Extension?.Autoscaling is null || !order.KillFirst.IsEmpty))
            (State.ScaledTo, State.Autoscaled) = (null, null);
        // A new order starts without a delay, as Marathon's restart does.
        State.Delays = State.Previous is { } previous && State.Delays.Find(previous.LastConfigChangeAt) is { } delay
            ? ValueMap.Create((previous.LastConfigChangeAt, delay))
            : default;
        _store.SetTarget(target);
        _autoscaling.Arm();
    }

    /// <inheritdoc/>
    public async Task AbandonAsync(string deploymentId, OrderTerm term, bool goesOn)
    {
        if (term.IsBefore(State.Term))
            return;
        var halts = State.Order?.DeploymentId == deploymentId && !State.Rollout.Halted;
        var frees = State.Rollout.Held && !goesOn;
        var isKnown = term == State.Term;
        State.Term = term;
        if (IsNothing)
        {
            // There is no such app, and nothing is kept of it. What was ordered before and comes now does not make it.
            _store.Vacate();
            EndIfNothing();
            return;
        }
        if (isKnown && !halts && !frees)
        {
            await _engine.StoreAsync();
            return;
        }
        State.Rollout = State.Rollout with { Halted = State.Rollout.Halted || halts, Held = State.Rollout.Held && !frees };
        _store.Changed();
        await _engine.StoreAsync();
        if (!halts && !frees)
            return;
        logger.Abandoned(Id, deploymentId);
        await _engine.ActAsync();
    }

    /// <inheritdoc/>
    public async Task<PromotionResult> PromoteAsync(bool force)
    {
        if (!Promotion.IsPossible(_owner.Record))
            return new(Promoted: false);
        if (!force && Promotion.Objection(_owner.Record, time.GetUtcNow()) is { } objection)
            return new(Promoted: false, objection);
        State.Rollout = State.Rollout with { PromoteRequested = true };
        _store.Changed();
        await _engine.StoreAsync();
        logger.Promoted(Id, State.Rollout.CanaryStep + 1);
        await _engine.ActAsync();
        return new(Promoted: true);
    }

    /// <inheritdoc/>
    public async Task ResetDelayAsync()
    {
        if (State.Delays.IsEmpty)
            return;
        State.Delays = default;
        _store.Changed();
        await _engine.StoreAsync();
        logger.DelayReset(Id);
        await _engine.ActAsync();
    }

    /// <inheritdoc/>
    public async Task SecretsChangedAsync(long change)
    {
        if (State.Target is null || State.SecretsAsOf >= change)
        {
            await _engine.StoreAsync();
            EndIfNothing();
            return;
        }
        State.SecretsAsOf = change;
        _store.Changed();
        logger.SecretsChanged(Id, change);
        _engine.MustDecide();
        await _engine.SettleAsync();
    }

    /// <inheritdoc/>
    public async Task<ValueList<InstanceStatus>> KillAsync(ValueList<string> taskIds, bool wipe)
    {
        var killed = new List<InstanceStatus>();
        var chosen = taskIds.IsEmpty
            ? _engine.Tasks.All.ToList()
            : taskIds.Select(_engine.Tasks.FindByTask).OfType<OwnedTask<InstanceState>>().Distinct().ToList();
        foreach (var instance in chosen)
        {
            killed.Add(instance.Show(InstanceView.Of));
            _owner.Doom(instance, wipe || instance.State.Volumes.IsEmpty ? InstanceGoal.Decommissioned : InstanceGoal.Stopped, "killed by request");
        }
        if (killed.Count == 0)
            return default;
        logger.KilledByRequest(Id, killed.Count, wipe);
        _engine.MustDecide();
        await _engine.SettleAsync();
        return killed.ToValueList();
    }

    /// <inheritdoc/>
    public Task PlacedAsync(PlacementBatch batch) => _engine.PlacedAsync(batch);

    /// <inheritdoc/>
    public Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates) => _engine.TaskStatusAsync(agentId, updates);

    /// <inheritdoc/>
    public Task AgentChangedAsync(AgentTasks tasks) => _engine.AgentsChangedAsync([tasks]);

    /// <inheritdoc/>
    public Task AgentsChangedAsync(ValueList<AgentTasks> agents) => _engine.AgentsChangedAsync(agents);

    /// <inheritdoc/>
    public Task<ValueList<string>> HeldAsync(string agentId, ValueList<string> taskIds)
    {
        EndIfNothing();
        return Task.FromResult(_engine.Held(agentId, taskIds));
    }

    /// <inheritdoc/>
    public Task PreemptAsync(ValueList<string> taskIds, string reason, long run) => _engine.PreemptAsync(taskIds, reason, run);

    /// <inheritdoc/>
    public Task GangExpiredAsync(ValueList<string> demandIds, long run) => _engine.GangExpiredAsync(demandIds, run);

    /// <inheritdoc/>
    public Task NoRoomAsync(ValueList<DemandWithoutRoom> demands, long run) => _engine.NoRoomAsync(demands, run);

    /// <inheritdoc/>
    public Task ReviewPlacesAsync(ValueList<string> taskIds, long run) => _engine.ReviewPlacesAsync(taskIds, run);

    /// <inheritdoc/>
    public Task AllocatorStartedAsync(long run) => _engine.AllocatorStartedAsync(run);

    /// <inheritdoc/>
    public Task TellEndpointsAsync(long run)
    {
        _owner.Announcements.TellAll();
        EndIfNothing();
        return Task.CompletedTask;
    }

    private void EndIfNothing()
    {
        if (_owner.IsOver)
            DeactivateOnIdle();
    }
}
