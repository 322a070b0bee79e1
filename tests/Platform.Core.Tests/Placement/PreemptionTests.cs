using System.Collections.Immutable;
using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class PreemptionTests
{
    private static Demand High(int count = 1, decimal cpus = 1, int priority = 80) =>
        Web(count, cpus) with { Id = "high", Owner = "app:/high", Priority = priority };

    private static string[] Victims(PlacementPlan plan) => [.. plan.Preemptions.Select(victim => victim.TaskId)];

    [Theory]
    [InlineData(49, 1)]
    [InlineData(50, 0)]
    [InlineData(51, 0)]
    public void Only_lower_priority_is_preempted(int priority, int victims)
    {
        var plan = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 4, priority: priority).Place(High(priority: 50));

        plan.Preemptions.Length.ShouldBe(victims);
        plan.Placements.Length.ShouldBe(victims);
    }

    [Fact]
    public void Nobody_is_preempted_while_there_is_room()
    {
        var plan = new PoolBuilder().WithAgents(2).Running("a1", "app:/x", cpus: 4, priority: 1).Place(High(4));

        plan.Preemptions.ShouldBeEmpty();
        AgentsOf(plan).ShouldAllBe(agent => agent == "a2");
    }

    [Fact]
    public void One_victim_is_better_than_two()
    {
        // 2 cores wanted: on a1 two tasks of 1 would do, on a2 one of 2.
        var pool = new PoolBuilder().WithAgents(2);
        for (var i = 0; i < 4; i++) pool.Running("a1", "app:/x", cpus: 1, priority: 1, id: $"small-{i}");
        pool.Running("a2", "app:/x", cpus: 2, priority: 20, id: "large-0").Running("a2", "app:/x", cpus: 2, priority: 20, id: "large-1", startedMinutesAgo: 5);

        Victims(pool.Place(High(cpus: 2))).ShouldBe(["large-1"]);
    }

    [Fact]
    public void The_lowest_priority_goes_first_and_then_the_youngest()
    {
        var pool = new PoolBuilder().WithAgents(1)
            .Running("a1", "app:/x", cpus: 1, priority: 10, startedMinutesAgo: 50, id: "low-old")
            .Running("a1", "app:/x", cpus: 1, priority: 10, startedMinutesAgo: 5, id: "low-young")
            .Running("a1", "app:/x", cpus: 1, priority: 20, startedMinutesAgo: 1, id: "mid")
            .Running("a1", "app:/x", cpus: 1, priority: 60, startedMinutesAgo: 1, id: "upper");

        Victims(pool.Place(High(5))).ShouldBe(["low-young", "low-old", "mid", "upper"]);
    }

    [Fact]
    public void The_plan_names_victims_with_grace_and_the_task_that_waits()
    {
        var pool = new PoolBuilder().WithAgents(1);
        pool.Place(Web(cpus: 4) with { Priority = 10, KillGrace = TimeSpan.FromSeconds(20) });
        var plan = pool.Place(High() with { TaskIds = ["h1"] });

        var victim = plan.Preemptions.Single();
        (victim.TaskId, victim.Owner, victim.AgentId, victim.KillGrace, victim.Cause, victim.ForTaskId)
            .ShouldBe(("web#0", "app:/web", "a1", TimeSpan.FromSeconds(20), PreemptionCause.Priority, "h1"));
        plan.Placements.Single().Awaits.ShouldBe(["web#0"]);
    }

    [Fact]
    public void Room_is_held_for_the_waiting_task_and_the_surplus_comes_free_when_the_victim_ends()
    {
        // The victim holds 4, the waiting task is owed 1; until the victim ends nothing is free, then 3.
        var pool = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 4, priority: 10, id: "victim");
        var waiting = pool.Place(High()).Placements.Single().TaskId;

        pool.Pool.FreeOn("a1").Cpus.ShouldBe(0);
        pool.Place(Web() with { MayPreempt = false }).Placements.ShouldBeEmpty();
        pool.Pool.Release("victim").ShouldBe([waiting]);
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(3);
        pool.Pool.AwaitedBy(waiting).ShouldBeEmpty();
    }

    [Fact]
    public void Several_tasks_share_the_room_of_one_victim()
    {
        // The victim holds 4: enough for 4 tasks of 1; nobody else is killed for them.
        var pool = new PoolBuilder().WithAgents(2).Running("a1", "app:/x", cpus: 4, priority: 10, id: "v1", startedMinutesAgo: 1).Running("a2", "app:/x", cpus: 4, priority: 10, id: "v2");
        var plan = pool.Place(High(4));

        Victims(plan).ShouldBe(["v1"]);
        AgentsOf(plan).ShouldAllBe(agent => agent == "a1");
        pool.Pool.Release("v1").ShouldBe(["high#0", "high#1", "high#2", "high#3"]);
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(0);
    }

    [Fact]
    public void A_task_that_waits_starts_as_soon_as_anything_makes_room()
    {
        // Nothing is free; another task ends before the victim does and gives the 2 cores that are owed.
        var pool = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 2, priority: 10, id: "victim").Running("a1", "app:/y", cpus: 2, priority: 90, id: "other");
        pool.Place(High(cpus: 2)).Preemptions.Single().TaskId.ShouldBe("victim");

        pool.Pool.Release("other").ShouldBe(["high#0"]);
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(0);
        pool.Pool.Release("victim");
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(2);
    }

    [Fact]
    public void A_task_that_waits_for_two_victims_is_ready_after_both()
    {
        var pool = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 2, priority: 10, id: "v1").Running("a1", "app:/x", cpus: 2, priority: 10, id: "v2");
        var plan = pool.Place(High(cpus: 3));

        Victims(plan).Order().ShouldBe(["v1", "v2"]);
        pool.Pool.Release("v2").ShouldBeEmpty();
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(0);
        pool.Pool.Release("v1").ShouldBe(["high#0"]);
        // 4 - 3 = 1.
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(1);
    }

    [Fact]
    public void A_waiting_task_that_is_given_up_leaves_the_room_to_all()
    {
        var pool = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 3, priority: 10, id: "victim");
        pool.Place(High(cpus: 2));
        // 1 of the 2 was free before, 1 is owed by the victim.
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(0);

        pool.Pool.Release("high#0").ShouldBeEmpty();
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(1);
        pool.Pool.Release("victim").ShouldBeEmpty();
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(4);
    }

    [Fact]
    public void Reserved_ports_of_a_victim_are_not_ports_for_all()
    {
        var pool = new PoolBuilder()
            .With(Agent("a1") with { Ports = [], Reserved = [new ReservedAmounts { Role = "dev", Ports = [new PortRange(32_000, 32_001)] }] });
        pool.Place(Web() with { Id = "low", Owner = "app:/low", Role = "dev", Priority = 10, Shape = TaskShape.Of(4, 100, ports: 2) }).Placements[0].Ports.Length.ShouldBe(2);

        // The victim would give cpus, but its ports stay those of its role.
        var plan = pool.Place(Web() with { Id = "high", Owner = "app:/high", Priority = 90, Shape = TaskShape.Of(4, 100, ports: 2) });

        plan.Placements.ShouldBeEmpty();
        plan.Preemptions.ShouldBeEmpty();
    }

    [Fact]
    public void A_static_port_is_taken_over_from_its_holder()
    {
        var pool = new PoolBuilder().WithAgents(1)
            .Running("a1", "app:/x", cpus: 1, priority: 10, id: "other", ports: 31_001)
            .Running("a1", "app:/x", cpus: 1, priority: 20, id: "holder", ports: 31_005);
        var plan = pool.Place(High() with { Shape = new() { Scalars = ScalarAmounts.Of(1), StaticPorts = [31_005] } });

        Victims(plan).ShouldBe(["holder"]);
        plan.Placements.Single().Ports.ShouldBe([31_005]);
        pool.Pool.Release("holder").ShouldBe(["high#0"]);
        pool.Pool.FreePortsOn("a1").ShouldBe([new PortRange(31_000, 31_000), new PortRange(31_002, 31_004), new PortRange(31_006, 31_009)]);
    }

    [Fact]
    public void A_disruption_budget_limits_how_many_are_away()
    {
        var pool = new PoolBuilder().WithAgents(4);
        pool.Place(Web(4, cpus: 4) with { Priority = 10, DisruptionBudget = 2 });
        var plan = pool.Place(High(4, cpus: 4));

        plan.Placements.Length.ShouldBe(2);
        plan.Unplaced.ShouldBe(2);
        // A victim ends and is replaced elsewhere: one more may go.
        pool.Pool.Release(plan.Preemptions[0].TaskId);
        pool.With(Agent("a5"));
        pool.Place(Web(1, cpus: 4) with { Id = "again", Priority = 10, DisruptionBudget = 2 }).Placements.Length.ShouldBe(1);
        pool.Place(High(2, cpus: 4) with { Id = "high2" }).Placements.Length.ShouldBe(1);
    }

    [Fact]
    public void A_quota_guarantee_is_not_broken()
    {
        // The role uses 8 of which 3 are above its guarantee: one task of 2 may go (1 is left), a second would need 2.
        var pool = new PoolBuilder().WithAgents(2);
        for (var i = 0; i < 4; i++) pool.Running(i < 2 ? "a1" : "a2", "app:/x", cpus: 2, priority: 10, role: "dev/web");
        var options = new PlacementOptions
        {
            Surplus = new Dictionary<string, ImmutableSortedDictionary<string, decimal>> { ["dev"] = ImmutableSortedDictionary<string, decimal>.Empty.Add("cpus", 3) },
        };

        pool.Place(High(3, cpus: 2), options).Preemptions.Length.ShouldBe(1);
        // The victim still counts as used: what is left of the surplus is 3 - 2 = 1.
        pool.Place(High(1, cpus: 2) with { Id = "more" }, options).Preemptions.ShouldBeEmpty();
    }

    [Fact]
    public void Offers_are_never_preempted()
    {
        var pool = new PoolBuilder().WithAgents(1);
        pool.Pool.AddTask(new PoolTask { Id = "offer", AgentId = "a1", Owner = "framework:f", Priority = 0, Scalars = ScalarAmounts.Of(4), Preemptible = false });

        pool.Place(High()).Placements.ShouldBeEmpty();
    }

    [Fact]
    public void Constraints_hold_for_preempting_tasks_too()
    {
        var pool = new PoolBuilder().WithAgents(2).Running("a1", "app:/x", cpus: 4, priority: 10).Running("a2", "app:/x", cpus: 4, priority: 10);

        AgentsOf(pool.Place(High(3) with { Constraints = [new("hostname", ConstraintOperator.Unique)] })).Order().ShouldBe(["a1", "a2"]);
    }

    [Fact]
    public void Costs_are_kept_between_plans_and_follow_the_agents()
    {
        // One by one, each plan takes the youngest task left, also after other tasks came and went.
        var pool = new PoolBuilder().WithAgents(3);
        for (var i = 1; i <= 3; i++) pool.Running($"a{i}", "app:/x", cpus: 4, priority: 10, startedMinutesAgo: 10 * i, id: $"t{i}");
        Victims(pool.Place(High(cpus: 4))).ShouldBe(["t1"]);
        pool.Pool.Release("t2");
        pool.Running("a2", "app:/x", cpus: 4, priority: 10, startedMinutesAgo: 90, id: "t4");

        Victims(pool.Place(High(cpus: 4) with { Id = "h2" })).ShouldBe(["t3"]);
        Victims(pool.Place(High(cpus: 4) with { Id = "h3" })).ShouldBe(["t4"]);
        Victims(pool.Place(High(cpus: 4) with { Id = "h4" })).ShouldBeEmpty();
    }
}
