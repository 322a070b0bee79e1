using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

/// <summary>One app and what happens to it; every decision is checked before it is carried out. A number stands for an event.</summary>
internal sealed class RolloutHistory
{
    private static readonly double[] Shares = [0, 0.25, 0.5, 0.75, 1];

    private readonly RolloutKind _kind;
    private readonly int[] _events;
    private int _versions = 1;

    public RolloutHistory(RolloutKind kind, int[] events, AppExtension? extension = null)
    {
        (_kind, _events) = (kind, events);
        var seed = events.Aggregate(events.Length, (sum, number) => unchecked((sum * 31) + number)) & int.MaxValue;
        var bound = kind is RolloutKind.Resident or RolloutKind.Single;
        var spec = new AppSpec
        {
            Id = "/x",
            Instances = kind == RolloutKind.Single ? 1 : 1 + (seed % 7),
            UpgradeStrategy = new()
            {
                // What the API accepts: at most a half for resident apps, 0 for single ones, nothing extra for both.
                MinimumHealthCapacity = kind == RolloutKind.Single ? 0 : kind == RolloutKind.Resident ? Shares[seed / 7 % 3] : Shares[seed / 7 % 5],
                MaximumOverCapacity = bound ? 0 : Shares[seed / 35 % 5],
            },
            HealthChecks = [new()],
            ReadinessChecks = seed / 175 % 2 == 0 ? default : [new()],
            UnreachableStrategy = kind == RolloutKind.Resident ? null : new() { InactiveAfterSeconds = 5, ExpungeAfterSeconds = 20 },
            Labels = kind == RolloutKind.Single ? ValueMap.Create(("MARATHON_SINGLE_INSTANCE_APP", "true")) : default,
            Container = kind == RolloutKind.Resident ? new() { Volumes = [new() { ContainerPath = "data", Persistent = new() { Size = 10 } }] } : null,
            Extension = Steps(kind, seed / 350) is { } canary ? (extension ?? new()) with { Canary = canary } : extension,
        };
        App = new(spec) { Now = AppSimulation.Start };
        App.Settle().ShouldBeTrue();
        App.Inspect = Check;
    }

    public AppSimulation App { get; }

    /// <summary>The rollout waits at a step that only a person can promote.</summary>
    public bool AwaitsPerson => App.Order is not null && App.Rollout.StepHealthySince is not null && App.Target!.Spec.Extension?.Canary is { PromoteAfterSeconds: null };

    /// <summary>Lets the events happen, with a decision after each of them.</summary>
    public void Play()
    {
        App.Execute(DeploymentActionKind.Restart, Next());
        foreach (var number in _events)
        {
            Happen(number & int.MaxValue);
            App.Decide();
        }
    }

    /// <summary>Nothing goes wrong from now on, and a person promotes what waits.</summary>
    public void Calm()
    {
        Resume();
        if (App.Order is null && (App.Previous is not null || App.Target!.ConfigVersion is { } wanted && App.Active.Any(instance => instance.ConfigVersion != wanted)))
            App.Execute(DeploymentActionKind.Restart, App.Target);
        for (var step = 0; step < 10 && (App.Order is not null || step == 0); step++)
        {
            App.Settle().ShouldBeTrue();
            if (AwaitsPerson)
                App.Set(rollout => rollout with { PromoteRequested = true });
        }
        App.Settle().ShouldBeTrue();
    }

    public void Resume() => App.Set(rollout => rollout with { Halted = false, ProgressAt = App.Now });

    private AppTarget Next(int? instances = null)
    {
        var version = $"v{++_versions}";
        return new(App.Target!.Spec with { Instances = instances ?? App.Target.Spec.Instances }, version, version);
    }

    private static CanarySpec? Steps(RolloutKind kind, int seed) => kind switch
    {
        RolloutKind.Canary => new() { Steps = seed % 2 == 0 ? ["1", "50%"] : ["25%"] },
        RolloutKind.TimedCanary => new() { Steps = ["10%", "3"], PromoteAfterSeconds = 6 },
        RolloutKind.BlueGreen => new() { BlueGreen = true, PromoteAfterSeconds = seed % 2 == 0 ? 3 : null },
        _ => null,
    };

    private void Happen(int number)
    {
        var alive = App.Instances.Where(instance => !instance.Parked).ToList();
        var (kind, pick) = (number % 26, number / 26);
        var one = alive.Count == 0 ? null : alive[pick % alive.Count];
        switch (kind)
        {
            case <= 4:
                App.Place();
                break;
            case <= 9 when one is { Doomed: true } and not { State: TaskState.Unreachable }:
                App.End(one, TaskState.Killed);
                break;
            case <= 9 when one is not null and not { State: TaskState.Unreachable }:
                ComeFurther(one);
                break;
            case 10 when one is not null:
                App.End(one, TaskState.Failed);
                break;
            case 11 when one is { State: TaskState.Running }:
                App.Change(one.InstanceId, instance => instance with { Healthy = false });
                break;
            case 12 when one is not null:
                OnAgent(one, instance => instance.State != TaskState.Unreachable, instance => instance with { State = TaskState.Unreachable, UnreachableSince = App.Now, Healthy = null });
                break;
            case 13 or 14 when one is { State: TaskState.Unreachable }:
                // The agent is back, with the task or without it.
                if (pick % 3 == 0)
                    App.End(one, TaskState.Gone);
                else
                    App.Change(one.InstanceId, instance => instance with { State = TaskState.Running, UnreachableSince = null });
                break;
            case 15 when one is { Doomed: false }:
                App.Change(one.InstanceId, instance => instance with { Goal = instance.Volumes.IsEmpty ? InstanceGoal.Decommissioned : InstanceGoal.Stopped, KillReason = "killed by request" });
                break;
            case 16:
                App.Crash();
                break;
            case 17 when _kind != RolloutKind.Single:
                Scale(pick % 8);
                break;
            case 18:
                App.Execute(DeploymentActionKind.Restart, Next(App.Target!.Spec.Instances == 0 ? 1 : null));
                break;
            case 19 when App.Previous is { } previous && App.Order is not null:
                App.Execute(DeploymentActionKind.Restart, previous);
                break;
            case 20:
                App.Set(rollout => rollout with { Halted = !rollout.Halted, ProgressAt = App.Now });
                break;
            case 21 when App.Order is { Kind: DeploymentActionKind.Restart } && App.Target!.Spec.Extension?.Canary is not null && App.Rollout is { Halted: false, SkipCanary: false }:
                App.Set(rollout => rollout with { PromoteRequested = true });
                break;
            case 22 when one is not null:
                OnAgent(one, instance => !instance.Doomed, instance => instance with { EvictReason = "its agent is being drained" });
                break;
            case 23 when one is not null:
                OnAgent(one, _ => true, instance => instance with { EvictReason = null, LeavesBy = null });
                break;
            default:
                App.Now = App.Now.AddSeconds(3);
                break;
        }
    }

    // As the gate: a change of the number that breaks into a rollout finishes the rollout.
    private void Scale(int instances)
    {
        var target = App.Target! with { Spec = App.Target!.Spec with { Instances = instances }, Version = $"s{++_versions}" };
        App.Execute(App.Order is { Kind: DeploymentActionKind.Restart } && instances > 0 ? DeploymentActionKind.Restart : DeploymentActionKind.Scale, target);
    }

    private void ComeFurther(InstanceState instance) => App.Change(instance.InstanceId, state =>
        state.State != TaskState.Running ? state with { State = TaskState.Running, StartedAt = App.Now }
        : state.Healthy != true ? state with { Healthy = true }
        : state with { Ready = true });

    private void OnAgent(InstanceState one, Func<InstanceState, bool> which, Func<InstanceState, InstanceState> change)
    {
        foreach (var instance in App.Instances.Where(other => other.AgentId == one.AgentId && !other.Parked && which(other)).ToList())
            App.Change(instance.InstanceId, change);
    }

    private bool Serves(InstanceState instance) => instance.ConfigVersion == App.Target!.ConfigVersion ? instance.Counts : instance.IsHealthy;

    private void Check(AppDecision decision)
    {
        var target = App.Target!;
        var wanted = target.Spec.Instances;
        var bound = target.IsResident || target.IsSingleInstance;
        var killed = decision.Kills.Select(kill => kill.Instance).ToHashSet();
        var given = decision.Forgets.ToHashSet();
        var left = App.Active.Where(instance => !killed.Contains(instance) && !given.Contains(instance)).ToList();
        var minimum = (int)Math.Ceiling(wanted * target.Spec.UpgradeStrategy.MinimumHealthCapacity);
        var maximum = (int)Math.Floor(wanted * (1 + target.Spec.UpgradeStrategy.MaximumOverCapacity));

        var drained = decision.Kills.Select(kill => kill.Instance).Where(instance => instance.EvictReason is not null && Serves(instance)).ToList();
        if (drained.Count > 0 && !bound)
        {
            // Whatever else happens, those on an agent that drains go when enough others serve.
            left.Count(Serves).ShouldBeGreaterThanOrEqualTo(minimum);
        }

        // Evictions come from outside and have a rule of their own.
        var own = decision.Kills.Where(kill => kill.Instance.EvictReason is null).ToList();
        if (App.Order is { Kind: DeploymentActionKind.Restart } && !App.Rollout.Halted)
        {
            if (own.Exists(kill => Serves(kill.Instance)))
            {
                // What cannot be doubled goes one below a minimum that is all there may be.
                left.Count(Serves).ShouldBeGreaterThanOrEqualTo(bound && minimum == maximum ? minimum - 1 : minimum);
            }
        }
        else if (own.Count > 0)
        {
            // More than wanted: as many stay as are wanted, besides those that were replaced already because they are out of reach.
            left.Count(instance => instance.EvictReason is null && !instance.IsInactive(target.Spec.UnreachableStrategy, App.Now)).ShouldBe(wanted);
        }

        if (!bound)
        {
            if (minimum == maximum)
                maximum++;
            if (target.Spec.Extension?.Canary is { BlueGreen: true })
                maximum = Math.Max(maximum, 2 * wanted);
            // Room for one replacement of somebody who has to leave.
            if (left.Exists(instance => instance.EvictReason is not null))
                maximum = Math.Max(maximum, wanted + 1);
        }
        LaunchWish?[] wishes = [App.WishAfter(decision), App.PreviousWishAfter(decision)];
        var waiting = wishes.Sum(wish => (wish?.Count ?? 0) + (wish?.Parked.Count ?? 0));
        if (waiting > 0)
        {
            var holding = App.Instances.Count(instance => !instance.Parked && !given.Contains(instance) && !instance.IsInactive(target.Spec.UnreachableStrategy, App.Now));
            (holding + waiting).ShouldBeLessThanOrEqualTo(maximum);
        }
        if (target.IsResident && wishes.Sum(wish => wish?.Count ?? 0) is > 0 and var fresh)
        {
            // A new volume only where there are fewer than wanted, the parked ones included.
            (App.Instances.Count(instance => !given.Contains(instance)) + fresh).ShouldBeLessThanOrEqualTo(wanted);
        }
    }
}
