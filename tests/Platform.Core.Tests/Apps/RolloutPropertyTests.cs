using FsCheck;
using FsCheck.Fluent;
using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

/// <summary>What must hold for every rollout, over random histories of health, crashes and lost agents. A number stands for an event.</summary>
public class RolloutPropertyTests
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(80).WithReplay(20_260_101, 31);

    private static readonly double[] Shares = [0, 0.25, 0.5, 0.75, 1];

    [Fact]
    public void Capacity_is_never_under_the_minimum_nor_over_the_maximum() => Prop.ForAll<int[]>(events =>
    {
        var app = Rollout(events, out var minimum, out var maximum);
        app.Inspect = decision => Check(app, decision, minimum, maximum);
        app.Execute(DeploymentActionKind.Restart, Next(app, "v2"));
        foreach (var number in events)
        {
            Happen(app, number);
            app.Decide();
        }
    }).Check(Config);

    [Fact]
    public void Every_rollout_ends_once_nothing_goes_wrong_any_more() => Prop.ForAll<int[]>(events =>
    {
        var app = Rollout(events, out var minimum, out var maximum);
        app.Inspect = decision => Check(app, decision, minimum, maximum);
        app.Execute(DeploymentActionKind.Restart, Next(app, "v2"));
        foreach (var number in events)
        {
            Happen(app, number);
            app.Decide();
        }
        app.Settle().ShouldBeTrue();
        app.Order.ShouldBeNull();
        app.Ends.ShouldHaveSingleItem().Failure.ShouldBeNull();
        app.Active.Count().ShouldBe(app.Target!.Spec.Instances);
        app.Active.ShouldAllBe(instance => instance.ConfigVersion == "v2");
    }).Check(Config);

    [Fact]
    public void A_rollout_that_may_not_fail_further_says_why_and_goes_back_without_falling_under_the_minimum() => Prop.ForAll<int[]>(events =>
    {
        var app = Rollout(events, out var minimum, out var maximum, new() { FailureBudget = 0, ProgressDeadlineSeconds = 30 });
        var original = app.Target!;
        app.Inspect = decision => Check(app, decision, minimum, maximum);
        app.Execute(DeploymentActionKind.Restart, Next(app, "v2"));
        foreach (var number in events)
        {
            Happen(app, number);
            app.Now = app.Now.AddSeconds(1);
            app.Decide();
            if (app.Order is null)
                break;
        }
        if (app.Ends is [{ Failure: { } failure }])
        {
            failure.ShouldNotBeEmpty();
            app.Execute(DeploymentActionKind.Restart, original);
            app.Settle().ShouldBeTrue();
            app.Ends[^1].Failure.ShouldBeNull();
            app.Active.ShouldAllBe(instance => instance.ConfigVersion == "v1");
            app.Active.Count().ShouldBe(original.Spec.Instances);
        }
    }).Check(Config);

    [Fact]
    public void A_settled_app_yields_nothing() => Prop.ForAll<int[]>(events =>
    {
        var app = Rollout(events, out _, out _);
        app.Execute(DeploymentActionKind.Restart, Next(app, "v2"));
        foreach (var number in events)
        {
            Happen(app, number);
            app.Decide();
        }
        app.Settle().ShouldBeTrue();
        for (var i = 0; i < 3; i++)
        {
            app.Look().IsNothing.ShouldBeTrue();
            app.Look().Explanation.ShouldBe("settled");
        }
    }).Check(Config);

    /// <summary>An app that has settled under its first definition; its size and shares come from the events.</summary>
    private static AppSimulation Rollout(int[] events, out int minimum, out int maximum, AppExtension? extension = null)
    {
        var seed = events.Aggregate(events.Length, (sum, number) => unchecked((sum * 31) + number)) & int.MaxValue;
        var instances = 1 + (seed % 7);
        var upgrade = new UpgradeStrategy { MinimumHealthCapacity = Shares[seed / 7 % 5], MaximumOverCapacity = Shares[seed / 35 % 5] };
        var spec = new AppSpec
        {
            Id = "/x",
            Instances = instances,
            UpgradeStrategy = upgrade,
            HealthChecks = [new()],
            Extension = extension,
            UnreachableStrategy = new() { InactiveAfterSeconds = 5, ExpungeAfterSeconds = 20 },
        };
        var app = new AppSimulation(spec);
        app.Settle().ShouldBeTrue();
        minimum = (int)Math.Ceiling(instances * upgrade.MinimumHealthCapacity);
        maximum = (int)Math.Floor(instances * (1 + upgrade.MaximumOverCapacity));
        // When both are the same, one more may exist, or nothing could move.
        if (minimum == maximum)
            maximum++;
        return app;
    }

    private static AppTarget Next(AppSimulation app, string version) => new(app.Target!.Spec, version, version);

    private static void Check(AppSimulation app, AppDecision decision, int minimum, int maximum)
    {
        var killed = decision.Kills.Select(kill => kill.Instance).ToHashSet();
        if (killed.Any(instance => instance.IsHealthy) && app.Order?.Kind == DeploymentActionKind.Restart)
        {
            var left = app.Active.Count(instance => !killed.Contains(instance)
                && (instance.ConfigVersion == app.Target!.ConfigVersion ? instance.Counts : instance.IsHealthy));
            left.ShouldBeGreaterThanOrEqualTo(minimum);
        }
        var waiting = (decision.ForTarget ?? null)?.Count ?? app.WaitingForTarget;
        waiting += decision.ForPrevious?.Count ?? app.WaitingForPrevious;
        if (waiting > 0)
            (app.Holding - decision.Forgets.Count(forget => !forget.IsInactive(app.Target!.Spec.UnreachableStrategy, app.Now)) + waiting).ShouldBeLessThanOrEqualTo(maximum);
    }

    private static void Happen(AppSimulation app, int number)
    {
        var kind = (number & int.MaxValue) % 9;
        var alive = app.Instances.Where(instance => !instance.Parked).ToList();
        var one = alive.Count == 0 ? null : alive[(number & int.MaxValue) / 9 % alive.Count];
        switch (kind)
        {
            case 0 or 1:
                app.Place();
                break;
            case 2 or 3 when one is { Doomed: true }:
                app.End(one, TaskState.Killed);
                break;
            case 2 or 3 or 4 when one is not null && one.State is not TaskState.Unreachable:
                app.ComeUp(one);
                break;
            case 5 when one is not null:
                app.End(one, TaskState.Failed);
                break;
            case 6 when one is { State: TaskState.Running }:
                app.Change(one.InstanceId, instance => instance with { Healthy = false });
                break;
            case 7 when one is not null:
                foreach (var lost in alive.Where(instance => instance.AgentId == one.AgentId && instance.State != TaskState.Unreachable))
                    app.Change(lost.InstanceId, instance => instance with { State = TaskState.Unreachable, UnreachableSince = app.Now, Healthy = null });
                break;
            default:
                app.Now = app.Now.AddSeconds(3);
                break;
        }
    }
}
