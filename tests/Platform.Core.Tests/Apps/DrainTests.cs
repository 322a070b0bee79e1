using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

/// <summary>What an app does with instances on an agent that drains.</summary>
public class DrainTests
{
    private static readonly AppSpec Spec = new() { Id = "/x", Instances = 3 };
    private static readonly UpgradeStrategy OneMore = new() { MinimumHealthCapacity = 1, MaximumOverCapacity = 0 };

    [Fact]
    public void Replacements_serve_before_the_old_ones_leave()
    {
        var app = Drained(Spec);
        // 3 wanted, twice as many allowed: all three are replaced at once, and nothing ends yet.
        app.WaitingForTarget.ShouldBe(3);
        Doomed(app).ShouldBe(0);

        app.Place(healthy: true);
        app.Decide();
        // 3 + 1 serve, 3 have to.
        Doomed(app).ShouldBe(1);
        app.Place(healthy: false);
        app.Decide();
        Doomed(app).ShouldBe(1);
        app.ComeUp(app.Instances.Single(instance => instance.State == TaskState.Staging));
        app.Decide();
        Doomed(app).ShouldBe(2);
        app.Settle().ShouldBeTrue();
        app.Active.Count().ShouldBe(3);
        app.Active.ShouldAllBe(instance => instance.EvictReason == null);
    }

    [Fact]
    public void An_app_without_extra_capacity_moves_one_by_one()
    {
        var app = Drained(Spec with { UpgradeStrategy = OneMore });
        for (var moved = 0; moved < 3; moved++)
        {
            app.WaitingForTarget.ShouldBe(1);
            Doomed(app).ShouldBe(0);
            app.Place(healthy: true);
            app.Decide();
            Doomed(app).ShouldBe(1);
            // The next one is not started before the room of this one is free.
            app.WaitingForTarget.ShouldBe(0);
            app.End(app.Instances.Single(instance => instance.Doomed), TaskState.Killed);
            app.Decide();
        }
        app.Active.ShouldAllBe(instance => instance.EvictReason == null);
        app.WaitingForTarget.ShouldBe(0);
    }

    [Fact]
    public void As_many_as_may_be_missing_leave_at_once()
    {
        // ceil(3 * 0.5) = 2 have to serve.
        var app = Drained(Spec with { UpgradeStrategy = new() { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 } });
        Doomed(app).ShouldBe(1);
    }

    [Fact]
    public void An_instance_that_does_not_serve_leaves_at_once()
    {
        var app = Settled(Spec with { HealthChecks = [new()], ReadinessChecks = [new()] });
        app.Change(app.Instances[0].InstanceId, instance => instance with { Healthy = false });
        app.Change(app.Instances[1].InstanceId, instance => instance with { Ready = false });
        Drain(app);
        app.Instances.Where(instance => instance.Doomed).ShouldBe([app.Instances[0], app.Instances[1]]);
    }

    [Fact]
    public void Where_there_is_no_room_elsewhere_they_end_all_the_same()
    {
        var app = Drained(Spec);
        app.TurnedAway = 3;
        app.Decide();
        Doomed(app).ShouldBe(3);
        app.WaitingForTarget.ShouldBe(3);
    }

    [Fact]
    public void Where_there_is_room_for_some_the_others_end_and_those_wait_for_their_replacements()
    {
        var app = Drained(Spec);
        app.Place();
        app.Place();
        app.TurnedAway = 1;
        app.Decide();
        Doomed(app).ShouldBe(1);
        foreach (var coming in app.Instances.Where(instance => instance.State == TaskState.Staging).ToList())
        {
            app.ComeUp(coming);
            var before = Doomed(app);
            app.Decide();
            Doomed(app).ShouldBe(before + 1);
        }
    }

    [Fact]
    public void What_had_no_room_before_the_drain_says_nothing_of_it()
    {
        var app = Settled(Spec);
        app.Execute(DeploymentActionKind.Scale, new(Spec with { Instances = 4 }, "v2", "v1"));
        app.TurnedAway = 1;
        app.Change(app.Instances[0].InstanceId, instance => instance with { EvictReason = EvictReasons.Drain });
        app.Decide();
        // One of four was missing already; its launch waits without room, that of the replacement is not known to.
        app.WaitingForTarget.ShouldBe(2);
        Doomed(app).ShouldBe(0);
        app.TurnedAway = 2;
        app.Decide();
        Doomed(app).ShouldBe(1);
    }

    [Fact]
    public void A_disruption_budget_is_kept_also_where_there_is_no_room_until_the_deadline()
    {
        var app = Settled(Spec with { Extension = new() { DisruptionBudget = 1 } });
        Drain(app, app.Now.AddMinutes(10));
        app.TurnedAway = 3;
        app.Decide();
        Doomed(app).ShouldBe(1);
        app.Look().NextDeadline.ShouldBe(app.Now.AddMinutes(10));
        app.Now = app.Now.AddMinutes(10);
        app.Decide();
        Doomed(app).ShouldBe(3);
    }

    [Fact]
    public void At_the_deadline_they_end_whatever_becomes_of_the_app()
    {
        var app = Settled(Spec);
        Drain(app, app.Now.AddMinutes(10));
        while (app.Place())
        {
        }
        app.Decide();
        Doomed(app).ShouldBe(0);
        app.Now = app.Now.AddMinutes(10);
        app.Decide();
        app.Instances.Where(instance => instance.EvictReason is not null).ShouldAllBe(instance => instance.Doomed);
    }

    [Fact]
    public void What_cannot_be_there_twice_ends_first()
    {
        AppSpec[] bound =
        [
            Spec with { Instances = 1, Labels = ValueMap.Create(("MARATHON_SINGLE_INSTANCE_APP", "true")), UpgradeStrategy = new() { MinimumHealthCapacity = 0, MaximumOverCapacity = 0 } },
            Spec with { Extension = new() { System = true } },
            Spec with { Extension = new() { RunOnce = true } },
            Spec with { Container = new() { Volumes = [new() { ContainerPath = "data", Persistent = new() { Size = 10 } }] } },
        ];
        foreach (var spec in bound)
        {
            var app = Drained(spec);
            app.Instances.Where(instance => instance.EvictReason is not null).ShouldAllBe(instance => instance.Doomed);
        }
    }

    [Fact]
    public void A_drain_that_is_called_off_leaves_as_many_as_are_wanted()
    {
        var app = Drained(Spec);
        app.Place(healthy: true);
        foreach (var instance in app.Instances.ToList())
            app.Change(instance.InstanceId, state => state with { EvictReason = null });
        app.Decide();
        app.WaitingForTarget.ShouldBe(0);
        // The replacement makes one too many.
        Doomed(app).ShouldBe(1);
        app.Active.Count().ShouldBe(3);
    }

    [Fact]
    public void New_instances_of_a_canary_are_replaced_while_it_waits()
    {
        var spec = Spec with { Instances = 4, UpgradeStrategy = OneMore, Extension = new() { Canary = new() { Steps = ["1"] } } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.Place(healthy: true);
        app.Decide();
        app.End(app.Instances.Single(instance => instance.Doomed), TaskState.Killed);
        app.Decide();
        // One new, three old, and nobody promotes. Everything has to leave.
        Drain(app);
        for (var moved = 0; moved < 4; moved++)
        {
            app.Waiting.ShouldBe(1);
            Doomed(app).ShouldBe(0);
            app.Place(healthy: true);
            app.Decide();
            app.End(app.Instances.Single(instance => instance.Doomed), TaskState.Killed);
            app.Decide();
        }
        app.Active.Count(instance => instance.ConfigVersion == "v2").ShouldBe(1);
        app.Active.Count(instance => instance.ConfigVersion == "v1").ShouldBe(3);
        app.Active.ShouldAllBe(instance => instance.EvictReason == null);
    }

    private static int Doomed(AppSimulation app) => app.Instances.Count(instance => instance.Doomed);

    private static AppSimulation Settled(AppSpec spec)
    {
        var app = new AppSimulation(spec);
        app.Execute(DeploymentActionKind.Scale, new(spec, "v1", "v1"));
        for (var placed = 0; placed < spec.Instances; placed++)
            app.Place(healthy: true);
        app.Settle();
        return app;
    }

    private static AppSimulation Drained(AppSpec spec)
    {
        var app = Settled(spec);
        Drain(app);
        return app;
    }

    private static void Drain(AppSimulation app, DateTimeOffset? deadline = null)
    {
        foreach (var instance in app.Instances.ToList())
            app.Change(instance.InstanceId, state => state with { EvictReason = EvictReasons.Drain, LeavesBy = deadline });
        app.Decide();
    }
}
