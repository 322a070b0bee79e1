using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

public class AppReconcilerTests
{
    private static readonly AppSpec Spec = new() { Id = "/x", Instances = 3 };

    [Fact]
    public void A_new_app_is_known_first_and_scaled_then()
    {
        var app = new AppSimulation(Spec);
        app.Execute(DeploymentActionKind.Start, new(Spec, "v1", "v1"));
        app.Ends.ShouldHaveSingleItem().Kind.ShouldBe(DeploymentActionKind.Start);
        // What it depends on comes up first.
        app.Decide();
        app.WaitingForTarget.ShouldBe(0);

        app.Execute(DeploymentActionKind.Scale, new(Spec, "v1", "v1"));
        app.WaitingForTarget.ShouldBe(3);
        app.Ends.Count.ShouldBe(1);
        app.Settle().ShouldBeTrue();
        app.Ends.Count.ShouldBe(2);
        app.Active.Count().ShouldBe(3);
    }

    [Fact]
    public void A_new_system_app_is_launched_nowhere_before_it_is_scaled()
    {
        var spec = Spec with { Extension = new() { System = true } };
        var app = new AppSimulation(spec);
        app.Execute(DeploymentActionKind.Start, new(spec, "v1", "v1"));
        app.Decide();
        app.WaitingForTarget.ShouldBe(0);

        app.Execute(DeploymentActionKind.Scale, new(spec, "v1", "v1"));
        app.WaitingForTarget.ShouldBe(1);
    }

    [Fact]
    public void Scaling_down_kills_the_named_ones_and_then_the_youngest()
    {
        var app = Settled(Spec);
        var named = app.Instances[0];

        app.Execute(DeploymentActionKind.Scale, new(Spec with { Instances = 1 }, "v2", "v1"), named.TaskId);

        // 3 run and 1 is wanted: the named one and the younger of the other two.
        app.Instances.Where(instance => instance.Doomed).ShouldBe([app.Instances[0], app.Instances[2]], ignoreOrder: true);
        app.Ends.ShouldBeEmpty();
        app.Settle().ShouldBeTrue();
        app.Ends.ShouldHaveSingleItem().Failure.ShouldBeNull();
    }

    [Fact]
    public void A_scaled_app_leaves_instances_of_an_older_configuration_alone()
    {
        var app = Settled(Spec);
        app.Execute(DeploymentActionKind.Scale, new(Spec with { Instances = 4 }, "v2", "v2"));
        app.Settle().ShouldBeTrue();

        app.Active.Count(instance => instance.ConfigVersion == "v1").ShouldBe(3);
        app.Active.Count(instance => instance.ConfigVersion == "v2").ShouldBe(1);
    }

    [Fact]
    public void An_old_instance_goes_for_each_new_one_that_is_healthy_and_ready()
    {
        var spec = Spec with { HealthChecks = [new()], ReadinessChecks = [new()] };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));

        // 1 / 1: all three new ones may start beside the old ones, and nothing goes before one of them counts.
        app.WaitingForTarget.ShouldBe(3);
        app.Place();
        var first = app.Instances[^1];
        app.Change(first.InstanceId, instance => instance with { State = TaskState.Running, Healthy = true });
        app.Decide();
        app.Instances.ShouldAllBe(instance => !instance.Doomed);

        app.Change(first.InstanceId, instance => instance with { Ready = true });
        app.Decide();
        app.Instances.Count(instance => instance.Doomed).ShouldBe(1);
    }

    [Fact]
    public void Stopping_kills_everything_and_ends_when_nothing_is_left()
    {
        var app = Settled(Spec);
        app.Execute(DeploymentActionKind.Stop);
        app.Instances.ShouldAllBe(instance => instance.Doomed);
        app.Ends.ShouldBeEmpty();
        foreach (var instance in app.Instances.ToList())
            app.End(instance, TaskState.Killed);
        app.Decide();
        app.Ends.ShouldHaveSingleItem().Kind.ShouldBe(DeploymentActionKind.Stop);
    }

    [Fact]
    public void A_failed_instance_is_replaced_after_its_delay()
    {
        var app = Settled(Spec);
        app.End(app.Instances[0], TaskState.Failed);
        app.Decide();
        app.Waiting.ShouldBe(0);
        var look = app.Look();
        look.Delayed.ShouldBe(1);
        look.NextDeadline.ShouldBe(app.Now.AddSeconds(1));

        app.Now = app.Now.AddSeconds(1);
        app.Decide();
        app.WaitingForTarget.ShouldBe(1);
    }

    [Fact]
    public void An_instance_that_returns_counts_again_and_outlives_a_replacement_that_does_not_serve_yet()
    {
        var spec = Spec with { UnreachableStrategy = new() { InactiveAfterSeconds = 0, ExpungeAfterSeconds = 600 } };
        foreach (var isPlaced in new[] { true, false })
        {
            var app = Settled(spec);
            var lost = app.Instances[0];
            app.Change(lost.InstanceId, instance => instance with { State = TaskState.Unreachable, UnreachableSince = app.Now, HasHealthChecks = true });
            app.Decide();
            app.WaitingForTarget.ShouldBe(1);
            if (isPlaced)
                app.Place(healthy: false);
            app.Decide();

            app.Change(lost.InstanceId, away => InstanceTransitions.Apply(away, AppSimulation.Update(lost, TaskState.Running)));
            app.Decide();

            app.Waiting.ShouldBe(0);
            app.Instances.ShouldContain(instance => instance.InstanceId == lost.InstanceId && !instance.Doomed);
            app.Instances.Where(instance => instance.Doomed).Select(instance => instance.State).ShouldBe(isPlaced ? [TaskState.Staging] : []);
        }
    }

    [Fact]
    public void An_instance_out_of_reach_is_replaced_and_one_of_those_that_serve_goes_by_age_if_it_returns()
    {
        var spec = Spec with { UnreachableStrategy = new() { InactiveAfterSeconds = 10, ExpungeAfterSeconds = 60 } };
        var app = Settled(spec);
        var lost = app.Instances[2];
        app.Change(lost.InstanceId, instance => instance with { State = TaskState.Unreachable, UnreachableSince = app.Now });
        app.Decide();
        app.Waiting.ShouldBe(0);
        app.Look().NextDeadline.ShouldBe(app.Now.AddSeconds(10));

        app.Now = app.Now.AddSeconds(10);
        app.Decide();
        app.WaitingForTarget.ShouldBe(1);
        app.Place(healthy: true);
        app.Decide();

        var back = InstanceTransitions.Apply(
            app.Instances.Single(instance => instance.InstanceId == lost.InstanceId), AppSimulation.Update(lost, TaskState.Running));
        app.Change(lost.InstanceId, _ => back);
        app.Decide();
        app.Instances.Where(instance => instance.Doomed).ShouldHaveSingleItem().InstanceId.ShouldNotBe(lost.InstanceId);
    }

    [Fact]
    public void An_instance_that_stays_away_is_given_up()
    {
        var app = Settled(Spec with { UnreachableStrategy = new() { InactiveAfterSeconds = 10, ExpungeAfterSeconds = 60 } });
        var lost = app.Instances[2];
        app.Change(lost.InstanceId, instance => instance with { State = TaskState.Unreachable, UnreachableSince = app.Now });
        app.Now = app.Now.AddSeconds(60);
        app.Decide();
        app.Instances.ShouldNotContain(instance => instance.InstanceId == lost.InstanceId);
    }

    [Fact]
    public void An_app_with_the_strategy_disabled_waits_for_its_instance()
    {
        var app = Settled(Spec with { UnreachableStrategy = null });
        app.Change(app.Instances[2].InstanceId, instance => instance with { State = TaskState.Unreachable, UnreachableSince = app.Now });
        app.Now = app.Now.AddDays(1);
        app.Look().IsNothing.ShouldBeTrue();
    }

    [Fact]
    public void Resident_instances_keep_their_volumes_when_scaled_down_and_come_back_to_them()
    {
        var spec = Spec with
        {
            Instances = 2,
            UnreachableStrategy = null,
            UpgradeStrategy = new() { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 },
            Container = new() { Volumes = [new() { ContainerPath = "data", Persistent = new() { Size = 10 } }] },
        };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Scale, new(spec with { Instances = 1 }, "v2", "v1"));
        app.Settle().ShouldBeTrue();
        var parked = app.Instances.Where(instance => instance.Parked).ShouldHaveSingleItem();
        parked.Volumes.ShouldHaveSingleItem();

        app.Execute(DeploymentActionKind.Scale, new(spec, "v3", "v1"));
        app.Place();
        app.Instances[^1].InstanceId.ShouldBe(parked.InstanceId);
    }

    [Fact]
    public void A_resident_app_of_one_is_stopped_before_it_is_started_again()
    {
        var spec = Spec with
        {
            Instances = 1,
            UnreachableStrategy = null,
            UpgradeStrategy = new() { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 },
            Container = new() { Volumes = [new() { ContainerPath = "data", Persistent = new() { Size = 10 } }] },
        };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.Instances.ShouldHaveSingleItem().Goal.ShouldBe(InstanceGoal.Stopped);
        app.Waiting.ShouldBe(0);
        app.End(app.Instances[0], TaskState.Killed);
        app.Decide();
        app.Waiting.ShouldBe(1);
        app.Settle().ShouldBeTrue();
        app.Instances.ShouldHaveSingleItem().ConfigVersion.ShouldBe("v2");
    }

    [Fact]
    public void Drained_instances_leave_as_the_disruption_budget_allows()
    {
        var app = Settled(Spec with { Extension = new() { DisruptionBudget = 1 } });
        foreach (var instance in app.Instances.ToList())
            app.Change(instance.InstanceId, state => state with { EvictReason = "drain" });
        app.Decide();
        // 3 healthy, 1 may be missing: one goes now. Its replacement and those of the other two start beside them.
        app.Instances.Count(instance => instance.Doomed).ShouldBe(1);
        app.WaitingForTarget.ShouldBe(3);

        app.Place(healthy: true);
        app.Decide();
        app.Instances.Count(instance => instance.Doomed).ShouldBe(2);
    }

    [Fact]
    public void A_budget_of_none_replaces_first_and_kills_then()
    {
        var app = Settled(Spec with { Extension = new() { DisruptionBudget = 0 } });
        app.Change(app.Instances[0].InstanceId, state => state with { EvictReason = "drain" });
        app.Decide();
        app.Instances.ShouldAllBe(instance => !instance.Doomed);
        app.WaitingForTarget.ShouldBe(1);
        app.Place(healthy: true);
        app.Decide();
        app.Instances[0].Doomed.ShouldBeTrue();
    }

    [Fact]
    public void A_canary_step_waits_for_its_healthy_time_and_keeps_the_old_ones_beside()
    {
        var spec = Spec with { Instances = 4, Extension = new() { Canary = new() { Steps = ["25%"], PromoteAfterSeconds = 60 } } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.WaitingForTarget.ShouldBe(1);
        app.Place(healthy: true);
        app.Decide();
        // One of four is new: three old ones stay.
        app.Instances.Count(instance => instance.ConfigVersion == "v1" && !instance.Doomed).ShouldBe(3);
        app.Look().NextDeadline.ShouldBe(app.Now.AddSeconds(60));

        app.Now = app.Now.AddSeconds(60);
        app.Decide();
        app.WaitingForTarget.ShouldBe(3);
        app.Settle().ShouldBeTrue();
        app.Active.ShouldAllBe(instance => instance.ConfigVersion == "v2");
    }

    [Fact]
    public void A_canary_without_a_time_waits_for_a_person()
    {
        var spec = Spec with { Extension = new() { Canary = new() { Steps = ["1"] }, ProgressDeadlineSeconds = 10 } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.Place(healthy: true);
        app.Decide();
        app.Now = app.Now.AddHours(1);
        app.Decide();
        app.Order.ShouldNotBeNull();
        app.WaitingForTarget.ShouldBe(0);

        app.Rollout = app.Rollout with { PromoteRequested = true };
        app.Decide();
        app.WaitingForTarget.ShouldBe(2);
    }

    [Fact]
    public void Blue_green_starts_all_new_ones_beside_the_old_and_switches_at_promotion()
    {
        var spec = Spec with { UpgradeStrategy = new() { MaximumOverCapacity = 0 }, Extension = new() { Canary = new() { BlueGreen = true } } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.WaitingForTarget.ShouldBe(3);
        while (app.Place(healthy: true))
        {
        }
        app.Decide();
        app.Instances.Count.ShouldBe(6);
        app.Instances.ShouldAllBe(instance => !instance.Doomed);

        app.Rollout = app.Rollout with { PromoteRequested = true };
        app.Decide();
        app.Instances.Where(instance => instance.ConfigVersion == "v1").ShouldAllBe(instance => instance.Doomed);
    }

    [Fact]
    public void An_old_instance_that_crashes_beside_a_canary_is_replaced_by_an_old_one()
    {
        var spec = Spec with { Extension = new() { Canary = new() { Steps = ["1"] } } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.Place(healthy: true);
        app.Decide();
        foreach (var doomed in app.Instances.Where(instance => instance.Doomed).ToList())
            app.End(doomed, TaskState.Killed);
        app.End(app.Instances.First(instance => instance.ConfigVersion == "v1"), TaskState.Failed);
        app.Decide();
        app.WaitingForPrevious.ShouldBe(1);
        app.WaitingForTarget.ShouldBe(0);
    }

    [Fact]
    public void A_rollout_without_progress_is_given_up_with_its_numbers()
    {
        var spec = Spec with { HealthChecks = [new()], Extension = new() { ProgressDeadlineSeconds = 30 } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.Place();
        app.Now = app.Now.AddSeconds(30);
        app.Decide();
        app.Ends.ShouldHaveSingleItem().Failure.ShouldBe("no progress for 30 s: 0 of 3 new instances are healthy and ready");
        app.Waiting.ShouldBe(0);
        app.Instances.Count(instance => instance.ConfigVersion == "v1" && !instance.Doomed).ShouldBe(3);
    }

    [Fact]
    public void Run_once_instances_that_exit_with_0_are_done()
    {
        var spec = Spec with { Instances = 2, Extension = new() { RunOnce = true } };
        var app = new AppSimulation(spec);
        app.Execute(DeploymentActionKind.Scale, new(spec, "v1", "v1"));
        app.Place(healthy: true);
        app.Place(healthy: true);
        app.End(app.Instances[0], TaskState.Finished);
        app.End(app.Instances[0], TaskState.Finished);
        app.Decide();
        app.Ends.ShouldHaveSingleItem().Failure.ShouldBeNull();
        app.Waiting.ShouldBe(0);
    }

    [Fact]
    public void A_single_instance_app_never_has_two()
    {
        var spec = Spec with
        {
            Instances = 1,
            Labels = Core.Collections.ValueMap.Create(("MARATHON_SINGLE_INSTANCE_APP", "true")),
            UpgradeStrategy = new() { MinimumHealthCapacity = 0, MaximumOverCapacity = 0 },
        };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        app.Waiting.ShouldBe(0);
        app.Instances.ShouldHaveSingleItem().Doomed.ShouldBeTrue();
        app.End(app.Instances[0], TaskState.Killed);
        app.Decide();
        app.WaitingForTarget.ShouldBe(1);
    }

    [Fact]
    public void A_rollout_that_is_scaled_down_gives_up_new_instances_that_do_not_serve_before_those_that_do()
    {
        var spec = Spec with { Instances = 4, HealthChecks = [new()], UpgradeStrategy = new() { MinimumHealthCapacity = 1, MaximumOverCapacity = 1 } };
        var app = Settled(spec);
        app.Execute(DeploymentActionKind.Restart, new(spec, "v2", "v2"));
        // All new ones are there; the two oldest of them have fallen ill, the two youngest serve, and all old ones crash.
        for (var i = 0; i < 4; i++)
            app.Place(healthy: true);
        var fresh = app.Active.Where(instance => instance.ConfigVersion == "v2").OrderBy(instance => instance.StagedAt).ToList();
        foreach (var ill in fresh.Take(2))
            app.Change(ill.InstanceId, instance => instance with { Healthy = false });
        foreach (var old in app.Instances.Where(instance => instance.ConfigVersion == "v1").ToList())
            app.End(old, TaskState.Failed);

        app.Execute(DeploymentActionKind.Restart, new(spec with { Instances = 2 }, "v3", "v2"));

        app.Active.Select(instance => instance.InstanceId).ShouldBe(fresh.Skip(2).Select(instance => instance.InstanceId), ignoreOrder: true);
    }

    private static AppSimulation Settled(AppSpec spec)
    {
        var app = new AppSimulation(spec);
        app.Settle().ShouldBeTrue();
        return app;
    }
}
