using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Pods;
using Platform.Core.Tasks;
using Platform.Grains.Events;
using Platform.Grains.Ownership;

namespace Platform.Grains.Apps;

/// <summary>What an app decides about its instances: <see cref="AppReconciler"/> says what to start and stop, and a report or an end changes the record.</summary>
internal sealed class AppOwner(
    string appId, AppStore store, AppTemplates templates, IGrainFactory grains, TimeProvider time, ILogger logger) : ITaskOwner<InstanceState, AppTarget>
{
    private OwnershipEngine<InstanceState, AppTarget> _engine = null!;
    private AppDemands _demands = null!;
    private readonly AppSecrets _secrets = new(appId, store, templates, grains, time, logger);
    private AppAnnouncements? _announcements;
    private int _uselessPorts;

    /// <summary>The app's path.</summary>
    public string AppId => appId;

    /// <inheritdoc/>
    public string Owner { get; } = TaskOwners.OfApp(appId);

    /// <inheritdoc/>
    public long Term => store.Term;

    /// <inheritdoc/>
    public int? DisruptionBudget => store.Target?.Spec.Extension?.DisruptionBudget;

    /// <inheritdoc/>
    public bool IsOver => store.Target is null && _engine.Tasks.Count == 0 && Ordering == 0;

    /// <summary>Orders under way: the first makes an app of a path that was only asked for until then.</summary>
    public int Ordering { get; set; }

    /// <summary>Launches that wait for the end of a delay.</summary>
    public (int Count, DateTimeOffset? Until) Delayed { get; private set; }

    /// <summary>The last measurement of the app's load.</summary>
    public AutoscalingStatus? Measured { get; set; }

    private AppState State => store.State;

    /// <summary>Takes the engine that it decides for.</summary>
    public void Join(OwnershipEngine<InstanceState, AppTarget> engine)
    {
        _engine = engine;
        _demands = new(engine.Demands, appId, Owner, Guid.NewGuid);
    }

    /// <summary>What the registry is told.</summary>
    public AppAnnouncements Announcements => _announcements ??= new(appId, Owner, store, grains, () => _engine.Released(), time, logger);

    /// <summary>Stages a change of an instance.</summary>
    public void InstanceChanged(InstanceState? before, InstanceState? after)
    {
        store.InstanceChanged(before, after);
        Announcements.Changed((after ?? before)!.InstanceId, after);
    }

    /// <summary>Tells the registry of the instances that an earlier activation has left.</summary>
    public void TellStored()
    {
        foreach (var instance in _engine.Tasks.States)
            Announcements.Changed(instance.InstanceId, instance);
        Announcements.TellStored();
    }

    /// <inheritdoc/>
    public DateTimeOffset? HeldUntil(InstanceState task, DateTimeOffset now) => Announcements.DrainsUntil(task, now);

    /// <inheritdoc/>
    public async Task WriteAsync()
    {
        // What is staged while this write is under way is stored, and told, with the next.
        var changes = Announcements.Take();
        if (!store.IsRemoved)
        {
            await store.WriteAsync();
            Announcements.Tell(changes);
            return;
        }
        await store.EraseAsync();
        Announcements.Tell(changes);
        await grains.RemoveFromAsync(DirectoryKinds.Apps, appId, time);
    }

    /// <inheritdoc/>
    public void Confirm() => store.Changed();

    /// <summary>Everything that a decision is made from.</summary>
    public AppRecord Record => new()
    {
        Target = store.Target,
        Previous = store.Previous,
        Order = State.Order,
        Rollout = State.Rollout,
        Instances = _engine.Tasks.States,
        Delays = State.Delays,
        WaitingForTarget = _demands.For(store.Target),
        WaitingForPrevious = _demands.For(store.Previous),
        TurnedAway = _engine.Demands.TurnedAway,
        Completed = State.Completed,
        ScaledTo = State.ScaledTo,
    };

    /// <summary>How many places were taken since the order began, and when the last one was.</summary>
    public (int Count, DateTimeOffset? At) Placed { get; set; }

    /// <inheritdoc/>
    public bool Decide(DateTimeOffset now)
    {
        var decision = AppReconciler.Decide(Record, now);
        if (decision.NextDeadline is { } deadline)
            _engine.LookAgain(deadline);
        if (Delayed != (decision.Delayed, decision.DelayedUntil))
        {
            Delayed = (decision.Delayed, decision.DelayedUntil);
            store.Shown = null;
        }
        var changes = new DemandChanges();
        _demands.KeepOnly(store.Target, store.Previous, changes);
        if (!decision.IsNothing)
            Stage(decision, changes, now);
        _secrets.Stage(_engine, now);
        _engine.Tell(changes);
        return decision.Ended is not null && !store.IsRemoved;
    }

    private void Stage(AppDecision decision, DemandChanges changes, DateTimeOffset now)
    {
        logger.Decided(appId, decision.Explanation);
        store.Shown = null;
        foreach (var kill in decision.Kills)
        {
            if (_engine.Tasks.Find(kill.Instance.InstanceId) is { } instance)
                Doom(instance, kill.Goal, kill.Reason);
        }
        foreach (var forget in decision.Forgets)
        {
            if (_engine.Tasks.Find(forget.InstanceId) is { } instance)
                Forget(instance, now);
        }
        if (decision.Rollout is { } rollout)
        {
            State.Rollout = rollout;
            store.Changed();
        }
        if (decision.ForTarget is { } forTarget)
            _demands.Reach(store.Target!, forTarget, PlaceOf, now, changes, GangDeadline(now));
        if (decision.ForPrevious is { } forPrevious)
            _demands.Reach(store.Previous!, forPrevious, PlaceOf, now, changes);
        if (decision.Ended is { } end)
            EndOrder(end, now);
    }

    /// <summary>Until when a gang may wait. The limit is one of starting: it counts from the beginning of the order, and for what follows once instances are there, from now.</summary>
    private DateTimeOffset? GangDeadline(DateTimeOffset now)
    {
        if (State.Order is null || State.Rollout.Halted || store.Target?.Spec.Extension is not { Gang: true, GangDeadlineSeconds: { } seconds })
            return null;
        var isStarted = _engine.Tasks.States.Any(instance => instance.ConfigVersion == store.Target.ConfigVersion);
        return (isStarted ? now : State.Rollout.ProgressAt).AddSeconds(seconds);
    }

    private void EndOrder(OrderEnd end, DateTimeOffset now)
    {
        _engine.Then(() => Tell(end));
        State.LastEnd = end;
        State.Order = null;
        store.Changed();
        if (end.Failure is not null)
        {
            logger.OrderFailed(appId, end.DeploymentId, end.Kind, end.Failure);
            return;
        }
        HealthEvents.TellEnd(_engine.Events, store, end.Kind, now);
        State.Rollout = RolloutState.After(end.Kind);
        store.ForgetPrevious();
        if (end.Kind == DeploymentActionKind.Stop)
        {
            store.Remove();
            _engine.Events.Add(now, new AppEnded(appId));
        }
    }

    /// <summary>Tells a deployment the end of its order.</summary>
    public void Tell(OrderEnd end) => Insistence.UntilHeardAsync(
        () => grains.GetGrain<IDeploymentGrain>(end.DeploymentId).ActionEndedAsync(appId, end.Kind, end.Failure), () => State.LastEnd is null || State.LastEnd == end, time, logger).Ignore();

    private (InstanceState Instance, string TaskId)? PlaceOf(string instanceId) =>
        _engine.Tasks.Find(instanceId)?.State is { } parked
            ? (parked, InstanceIds.Place(instanceId, InstanceIds.IncarnationOf(parked.TaskId) + 1, parked.IsPod))
            : null;

    /// <summary>Stages that an instance shall end.</summary>
    public void Doom(OwnedTask<InstanceState> instance, InstanceGoal goal, string reason)
    {
        var state = instance.State;
        if (state.Goal == InstanceGoal.Decommissioned || state.Goal == goal)
            return;
        if (state.Parked)
        {
            if (goal == InstanceGoal.Decommissioned)
                Forget(instance, time.GetUtcNow());
            return;
        }
        _engine.Tasks.Set(instance, state with { Goal = goal, KillReason = reason });
        logger.Killed(appId, state.TaskId, reason);
    }

    private void Forget(OwnedTask<InstanceState> instance, DateTimeOffset now)
    {
        var state = instance.State;
        _engine.FreeVolumes(state.AgentId, state.Volumes);
        if (!state.Parked)
        {
            _engine.Release(state.TaskId);
            _engine.Events.Add(now, AppEvents.InstanceChanged(appId, state, TaskState.Gone));
        }
        _engine.Tasks.Remove(instance);
    }

    /// <inheritdoc/>
    public InstanceState Place(TaskPlacement placement, WaitingDemand<AppTarget> demand, DateTimeOffset now)
    {
        var state = InstancePlacing.Place(demand.For, demand.Parked, placement, now);
        if (demand.Parked is not null && _engine.Tasks.Find(demand.Parked)?.State is { } parked)
            state = InstanceTransitions.Relaunch(parked, state);
        if (State.Delays.Find(demand.For.ConfigVersion) is { } delay && delay.QuietSince != now)
        {
            State.Delays = State.Delays.With(demand.For.ConfigVersion, delay.AfterLaunch(now));
            store.Changed();
        }
        _engine.Events.Add(now, AppEvents.InstanceChanged(appId, state, TaskState.Staging));
        Placed = (Placed.Count + 1, now);
        return state;
    }

    /// <inheritdoc/>
    public async ValueTask<TaskBuild> BuildAsync(InstanceState task, AppTarget purpose, TaskPlacement placement)
    {
        // Before the values are read: those of a change that comes meanwhile are given once more.
        long? asOf = AppSecrets.Counts(purpose.Spec) ? State.SecretsAsOf : null;
        var build = (await templates.FindAsync(purpose)).Build(task, placement.FromReserved);
        if (asOf is not null)
            build = build with { Tasks = build.Tasks.Select(one => one with { SecretsAsOf = asOf }).ToValueList() };
        return ImagePins.Apply(build, purpose.ConfigVersion, State.ImagePins);
    }

    /// <inheritdoc/>
    public void GangExpired()
    {
        if (State.Order is not null && !State.Rollout.Halted)
            State.Rollout = State.Rollout with { GangExpired = true };
        store.Changed();
    }

    /// <inheritdoc/>
    public bool MindsNoRoom => store.Tally.Leaving > 0;

    /// <inheritdoc/>
    public TimeSpan GraceOf(InstanceState task) => TimeSpan.FromSeconds(store.Target?.Spec.TaskKillGracePeriodSeconds ?? 3);

    /// <inheritdoc/>
    public string? KillReasonOf(InstanceState task) => task.EndedBy is null ? null : TaskReasons.GroupEnded;

    /// <inheritdoc/>
    public void ReportUnknownEnd(TaskUpdate update, DateTimeOffset now) => _engine.Events.Add(now, AppEvents.UnknownInstanceEnded(appId, update));

    /// <inheritdoc/>
    public void Report(OwnedTask<InstanceState> task, TaskUpdate update, DateTimeOffset now)
    {
        var before = task.State;
        if (InstanceTransitions.IsStale(before, update))
            return;
        var after = InstanceTransitions.Apply(before, update);
        if (update.Image is { } image)
            Pin(before.ConfigVersion, image);
        AppEvents.AddStatusUpdates(_engine.Events, appId, before, after, update, now);
        var tasks = after.IsPod ? PodTransitions.ChangedTasks(before, after) : [(before, after)];
        foreach (var (earlier, _) in tasks)
        {
            if (update.Reason == TaskReasons.Unhealthy && earlier.LastStatus?.Reason != TaskReasons.Unhealthy)
                _engine.Events.Add(now, HealthEvents.Kill(appId, earlier, update));
        }
        if (after.State.IsTerminal())
        {
            End(task, after, update, now);
            return;
        }
        _engine.Tasks.Set(task, after);
        if (update.Image is { } told && ImagePins.IsOther(State.ImagePins, before.ConfigVersion, told))
            _engine.Evict(task, EvictReasons.OtherImage);
        if (!HasDelayed(before) && HasDelayed(after))
        {
            Delay(after, now);
            store.Changed();
        }
        if (after.State == TaskState.Running)
            _uselessPorts = 0;
        if (before.State != after.State)
            _engine.Events.Add(now, AppEvents.InstanceChanged(appId, after, after.State));
        if (before.Healthy != after.Healthy)
            _engine.Events.Add(now, AppEvents.HealthChanged(appId, after));
        foreach (var (earlier, later) in tasks)
            HealthEvents.Tell(_engine.Events, store.SpecOf(after), appId, earlier, later, now);
        if (Matters(before, after) || _secrets.IsBehind(after))
            _engine.MustDecide();
    }

    private void Pin(string version, string image)
    {
        var pins = ImagePins.Learn(State.ImagePins, version, image, new[] { store.Target, store.Previous }.OfType<AppTarget>().Select(target => target.ConfigVersion));
        if (pins == State.ImagePins)
            return;
        State.ImagePins = pins;
        _engine.FoundOut();
        store.Changed();
    }

    /// <summary>False for the many reports that cannot change a decision, such as the first 99 of 100 instances that come up.</summary>
    private bool Matters(InstanceState before, InstanceState after)
    {
        if (after.State == TaskState.Unreachable || before.State == TaskState.Unreachable || store.Tally.Leaving > 0 || before.Goal != after.Goal)
            return true;
        if (before.Counts == after.Counts && before.IsHealthy == after.IsHealthy)
            return false;
        return State.Order is { } order && (order.Kind == DeploymentActionKind.Restart || store.Tally.Counting >= store.Tally.Active);
    }

    private void End(OwnedTask<InstanceState> instance, InstanceState after, TaskUpdate update, DateTimeOffset now)
    {
        var before = instance.State;
        var hasDelayed = HasDelayed(before);
        if (after.IsPod)
            (before, update) = PodTransitions.Verdict(after, update);
        var end = TaskEnd.Judge(before, update, store.Target?.Spec.Extension?.RunOnce == true, TakesOtherPorts(update));
        _engine.Events.Add(now, AppEvents.InstanceChanged(appId, after, update.State));
        if (end.Parks)
        {
            _engine.Tasks.Set(instance, after with { EvictReason = null, LeavesBy = null });
        }
        else
        {
            _engine.FreeVolumes(before.AgentId, before.Volumes);
            _engine.Tasks.Remove(instance);
        }
        _engine.Release(before.TaskId);
        if (end.Unexpected)
            Remember(before, update);
        var isCurrent = before.ConfigVersion == store.Target?.ConfigVersion;
        if (end.Completes && isCurrent)
            State.Completed++;
        if (end.Fails && State.Order is not null && isCurrent)
            State.Rollout = State.Rollout with { Failures = State.Rollout.Failures + 1 };
        if (end.Delays && !hasDelayed)
            Delay(before, now);
        if (end.Completes || end.Fails || end.Delays || end.Unexpected)
            store.Changed();
        _engine.MustDecide();
        if (before.Doomed)
            logger.Ended(appId, before.TaskId, update.State, before.KillReason ?? "");
        else
            logger.EndedItself(appId, before.TaskId, update.State, update.Reason, update.Message, update.ExitStatus, update.Signal);
    }

    /// <summary>
    /// Ports of the agent's choice are another one each time. After many that were of no use in a row the machine is full of strangers: then
    /// it is told and waited like any failure. Asked once for each end.
    /// </summary>
    private bool TakesOtherPorts(TaskUpdate update)
    {
        const int MostInARow = 20;
        if (update.Reason != TaskReasons.PortInUse)
            return false;
        return store.Target is { } target && AppPorts.Static(target.Spec).IsEmpty && _uselessPorts++ % MostInARow < MostInARow - 1;
    }

    // An instance of a pod that ends of one of its containers is replaced while the others still end: the delay begins with that one.
    private bool HasDelayed(InstanceState instance)
    {
        if (instance.EndedBy is not { } ended)
            return false;
        var (asked, cause) = PodTransitions.Verdict(instance, ended);
        return cause.Reason != TaskReasons.PortInUse && TaskEnd.Judge(asked, cause, store.Target?.Spec.Extension?.RunOnce == true).Delays;
    }

    private void Remember(InstanceState instance, TaskUpdate update) => store.Remember(new()
    {
        Status = update,
        AgentId = instance.AgentId,
        Host = instance.Host,
        Version = instance.Version,
        InstanceId = instance.IsPod ? instance.InstanceId : null,
        StartedAt = instance.StartedAt ?? instance.StagedAt,
        Containers = InstanceView.ContainersOf(instance),
    });

    private void Delay(InstanceState instance, DateTimeOffset now)
    {
        if (store.TargetWith(instance.ConfigVersion) is not { } target)
            return;
        var delay = LaunchDelay.AfterEnd(State.Delays.Find(target.ConfigVersion), target.Spec, now);
        State.Delays = State.Delays.With(target.ConfigVersion, delay);
        logger.Delayed(appId, delay.Seconds, delay.Until);
    }
}
