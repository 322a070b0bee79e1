using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

/// <summary>An app in a made-up cluster: carries out what the reconciler decides, and lets things happen to the instances.</summary>
internal sealed class AppSimulation
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<InstanceState> _instances = [];
    private LaunchWish? _forTarget;
    private LaunchWish? _forPrevious;
    private int _ids;

    public AppSimulation(AppSpec spec) => Target = new(spec, "v1", "v1");

    public DateTimeOffset Now { get; set; } = Start;

    public AppTarget? Target { get; private set; }

    public AppTarget? Previous { get; private set; }

    public ActiveOrder? Order { get; private set; }

    public RolloutState Rollout { get; set; } = new() { ProgressAt = Start };

    public ValueMap<LaunchDelay> Delays { get; set; }

    public int Completed { get; set; }

    /// <summary>How many of the launches that wait have no room.</summary>
    public int TurnedAway { get; set; }

    public IReadOnlyList<InstanceState> Instances => _instances;

    public List<OrderEnd> Ends { get; } = [];

    /// <summary>Looks at every decision before it is carried out.</summary>
    public Action<AppDecision>? Inspect { get; set; }

    public int Waiting => (_forTarget?.Count ?? 0) + (_forTarget?.Parked.Count ?? 0) + (_forPrevious?.Count ?? 0);

    public int WaitingForTarget => _forTarget?.Count ?? 0;

    public int WaitingForPrevious => _forPrevious?.Count ?? 0;

    public IEnumerable<InstanceState> Active => _instances.Where(instance => !instance.Doomed && !instance.Parked);

    public int Holding => _instances.Count(instance => !instance.Parked && !instance.IsInactive(Target?.Spec.UnreachableStrategy, Now));

    public int Healthy => Active.Count(instance => instance.ConfigVersion == Target!.ConfigVersion ? instance.Counts : instance.IsHealthy);

    public static InstanceState Instance(string id, string config, int started) => new()
    {
        InstanceId = id,
        TaskId = InstanceIds.Task(id, 1),
        Version = config,
        ConfigVersion = config,
        AgentId = $"agent{started % 3}",
        Host = $"host{started % 3}",
        State = TaskState.Running,
        StagedAt = Start.AddSeconds(started),
        StartedAt = Start.AddSeconds(started),
    };

    public static TaskUpdate Update(InstanceState instance, TaskState state) =>
        new() { TaskId = instance.TaskId, Owner = "app:/x", State = state, Timestamp = Start };

    /// <summary>Takes an order as the grain does.</summary>
    public void Execute(DeploymentActionKind kind, AppTarget? target = null, params string[] killFirst)
    {
        Order = new() { DeploymentId = $"d{++_ids}", Kind = kind, StartedAt = Now, KillFirst = [.. killFirst] };
        Rollout = RolloutState.Begin(Rollout, Target?.ConfigVersion, Previous?.ConfigVersion, target?.ConfigVersion, Now);
        if (target is not null)
        {
            if (Target is { } standing && standing.ConfigVersion != target.ConfigVersion)
            {
                Previous = Previous?.ConfigVersion == target.ConfigVersion ? null : Previous ?? standing;
                Completed = 0;
            }
            Target = target;
            Delays = default;
            LaunchWish?[] waiting = [_forTarget, _forPrevious];
            _forTarget = waiting.FirstOrDefault(wish => Still(wish, Target) is not null);
            _forPrevious = waiting.FirstOrDefault(wish => Still(wish, Previous) is not null);
        }
        Decide();
    }

    /// <summary>The control plane crashes and comes back: what waited at the allocator is gone, what was recorded is there.</summary>
    public void Crash() => (_forTarget, _forPrevious, TurnedAway) = (null, null, 0);

    /// <summary>What the decision says shall wait, or what waits already.</summary>
    public LaunchWish? WishAfter(AppDecision decision) => decision.ForTarget ?? Still(_forTarget, Target);

    /// <inheritdoc cref="WishAfter"/>
    public LaunchWish? PreviousWishAfter(AppDecision decision) => decision.ForPrevious ?? Still(_forPrevious, Previous);

    /// <summary>The state of an order is set by a person: paused or resumed, promoted.</summary>
    public void Set(Func<RolloutState, RolloutState> change)
    {
        if (Order is not null)
            Rollout = change(Rollout);
    }

    public AppDecision Look() => AppReconciler.Decide(
        new()
        {
            Target = Target,
            Previous = Previous,
            Order = Order,
            Rollout = Rollout,
            Instances = _instances,
            Delays = Delays,
            Completed = Completed,
            TurnedAway = Math.Min(TurnedAway, Waiting),
            WaitingForTarget = Still(_forTarget, Target),
            WaitingForPrevious = Still(_forPrevious, Previous),
        },
        Now);

    public void Decide()
    {
        for (var again = true; again;)
        {
            var decision = Look();
            Inspect?.Invoke(decision);
            foreach (var kill in decision.Kills)
                Change(kill.Instance.InstanceId, instance => instance with { Goal = kill.Goal, KillReason = kill.Reason });
            foreach (var forget in decision.Forgets)
                _instances.RemoveAll(instance => instance.InstanceId == forget.InstanceId);
            _forTarget = decision.ForTarget ?? Still(_forTarget, Target);
            _forPrevious = decision.ForPrevious ?? Still(_forPrevious, Previous);
            Rollout = decision.Rollout ?? Rollout;
            again = decision.Ended is not null;
            if (decision.Ended is { } end)
            {
                Ends.Add(end);
                Order = null;
                if (end.Failure is null)
                {
                    Previous = null;
                    Rollout = RolloutState.After(end.Kind);
                    again = end.Kind != DeploymentActionKind.Stop;
                }
            }
        }
    }

    /// <summary>Finds a place for one launch that waits.</summary>
    public bool Place(bool healthy = false)
    {
        var (wish, target) = _forTarget is { IsEmpty: false } ? (_forTarget, Target!) : (_forPrevious, Previous);
        if (wish is null || wish.IsEmpty || target is null)
            return false;
        var id = wish.Parked.IsEmpty ? $"i{++_ids}" : wish.Parked[0];
        _instances.RemoveAll(instance => instance.InstanceId == id);
        _instances.Add(Instance(id, target.ConfigVersion, ++_ids) with
        {
            Version = target.Version,
            State = healthy ? TaskState.Running : TaskState.Staging,
            StartedAt = healthy ? Now : null,
            HasHealthChecks = !target.Spec.HealthChecks.IsEmpty,
            HasReadinessChecks = !target.Spec.ReadinessChecks.IsEmpty,
            Healthy = healthy ? true : null,
            Ready = healthy,
            Volumes = target.IsResident ? [id + "#data"] : default,
        });
        var left = wish.Parked.IsEmpty ? wish with { Count = wish.Count - 1 } : wish with { Parked = [.. wish.Parked.Skip(1)] };
        if (ReferenceEquals(wish, _forTarget))
            _forTarget = left.IsEmpty ? null : left;
        else
            _forPrevious = left.IsEmpty ? null : left;
        return true;
    }

    public void Change(string instanceId, Func<InstanceState, InstanceState> change)
    {
        var index = _instances.FindIndex(instance => instance.InstanceId == instanceId);
        _instances[index] = change(_instances[index]);
    }

    /// <summary>It comes up: running, healthy, ready.</summary>
    public void ComeUp(InstanceState instance) => Change(
        instance.InstanceId, state => state with { State = TaskState.Running, StartedAt = state.StartedAt ?? state.StagedAt, Healthy = true, Ready = true, UnreachableSince = null });

    /// <summary>Its task ends.</summary>
    public void End(InstanceState instance, TaskState state)
    {
        var update = Update(instance, state);
        var end = TaskEnd.Judge(instance, update, Target?.Spec.Extension?.RunOnce == true);
        if (end.Parks)
            Change(instance.InstanceId, parked => parked with { State = state, EvictReason = null, LeavesBy = null });
        else
            _instances.RemoveAll(other => other.InstanceId == instance.InstanceId);
        if (end.Completes)
            Completed++;
        if (end.Fails && Order is not null && instance.ConfigVersion == Target?.ConfigVersion)
            Rollout = Rollout with { Failures = Rollout.Failures + 1 };
        if (end.Delays && instance.ConfigVersion == Target?.ConfigVersion)
            Delays = Delays.With(instance.ConfigVersion, LaunchDelay.AfterEnd(Delays.Find(instance.ConfigVersion), Target.Spec, Now));
    }

    /// <summary>Everything goes well from now on until nothing happens any more; false if it never comes to rest.</summary>
    public bool Settle()
    {
        for (var round = 0; round < 500; round++)
        {
            Decide();
            var before = (Order, _instances.Count, Waiting);
            var quiet = _instances.TrueForAll(instance => (instance.Counts && !instance.Doomed) || instance.Parked) && Waiting == 0;
            foreach (var instance in _instances.ToList())
            {
                if (instance.Parked)
                    continue;
                if (instance.Doomed)
                    End(instance, TaskState.Killed);
                else if (!instance.Counts)
                    ComeUp(instance);
            }
            while (Place())
            {
            }
            var next = Look().NextDeadline;
            if (Look().IsNothing && before == (Order, _instances.Count, Waiting) && _instances.TrueForAll(instance => instance.Counts || instance.Parked) && next is null)
                return true;
            Now = quiet && next is { } deadline && deadline > Now ? deadline : Now.AddSeconds(1);
        }
        return false;
    }

    private static LaunchWish? Still(LaunchWish? wish, AppTarget? target) => wish is not null && wish.Version == target?.Version ? wish : null;
}
