using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class PreferenceTests
{
    private static PoolBuilder Racks(params string[] racks)
    {
        var pool = new PoolBuilder();
        for (var i = 0; i < racks.Length; i++) pool.With(Agent($"a{i + 1}", $"rack:{racks[i]}"));
        return pool;
    }

    private static string[] RacksOf(PlacementPlan plan) => [.. plan.Placements.Select(placement => placement.Attributes["rack"])];

    [Fact]
    public void A_preferred_attribute_wins_over_fullness_and_rejects_nobody()
    {
        // a2 is preferred though a1 is fuller; with a2 full (4 tasks), the fifth goes to a1.
        var plan = Racks("r1", "r2").Running("a1", "app:/x", cpus: 1).Place(Web(5) with { Preferences = [Preference.ForAttribute("rack", "r2")] });

        RacksOf(plan).ShouldBe(["r2", "r2", "r2", "r2", "r1"]);
    }

    [Fact]
    public void The_greater_sum_of_weights_wins()
    {
        // r1: 60. r2: 50. r3 and ssd: 20 + 45 = 65.
        var pool = new PoolBuilder().With(Agent("a1", "rack:r1"), Agent("a2", "rack:r2"), Agent("a3", "rack:r3;disk:ssd"));
        var plan = pool.Place(Web() with
        {
            Preferences =
            [
                Preference.ForAttribute("rack", "r1", 60), Preference.ForAttribute("rack", "r2", 50),
                Preference.ForAttribute("rack", "r3", 20), Preference.ForAttribute("disk", "ssd", 45),
            ],
        });

        AgentsOf(plan).ShouldBe(["a3"]);
    }

    [Fact]
    public void An_avoided_attribute_is_used_last()
    {
        var plan = Racks("r1", "r2").Running("a1", "app:/x", cpus: 1).Place(Web() with { Preferences = [Preference.ForAttribute("rack", "r1", -50)] });

        AgentsOf(plan).ShouldBe(["a2"]);
    }

    [Fact]
    public void Affinity_draws_near_another_owner()
    {
        var plan = Racks("r1", "r1", "r2").Running("a3", "app:/db", cpus: 1)
            .Place(Web(5) with { Preferences = [Preference.ForOwner("app:/db", 50, "rack")] });

        // r2 has 4 - 1 = 3 free cores; then r1.
        RacksOf(plan).ShouldBe(["r2", "r2", "r2", "r1", "r1"]);
    }

    [Fact]
    public void Anti_affinity_keeps_apart_and_counts_each_task()
    {
        // There are 2 tasks of the other app on a1, 1 on a2, none on a3.
        var plan = Racks("r1", "r2", "r3").Running("a1", "app:/db").Running("a1", "app:/db").Running("a2", "app:/db")
            .Place(Web(9) with { Preferences = [Preference.ForOwner("app:/db", -50)] });

        AgentsOf(plan).ShouldBe(["a3", "a3", "a3", "a3", "a2", "a2", "a2", "a2", "a1"]);
    }

    [Fact]
    public void Anti_affinity_to_itself_goes_around_the_agents()
    {
        var plan = new PoolBuilder().WithAgents(3).Place(Web(7) with { Preferences = [Preference.ForOwner("", -50)] });

        // 7 = 3 + 2 + 2.
        AgentsOf(plan).GroupBy(agent => agent).Select(group => group.Count()).OrderDescending().ShouldBe([3, 2, 2]);
    }

    [Fact]
    public void Affinity_to_itself_stays_where_the_first_task_went()
    {
        var plan = Racks("r1", "r2", "r1", "r2").Place(Web(8) with { Strategy = PlacementStrategy.Spread, Preferences = [Preference.ForOwner("", 50, "rack")] });

        RacksOf(plan).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Spread_is_even_over_the_values()
    {
        // r1 has two agents, r2 and r3 one: 6 tasks are 2 for each rack all the same.
        var plan = Racks("r1", "r1", "r2", "r3").Place(Web(6) with { Preferences = [Preference.ForSpread("rack")] });

        RacksOf(plan).GroupBy(rack => rack).Select(group => group.Count()).ShouldBe([2, 2, 2]);
    }

    [Fact]
    public void Spread_follows_target_shares()
    {
        // 8 tasks: 50 % = 4 to r1; r2 and r3 share the other half: 2 each.
        var plan = Racks("r1", "r2", "r3").Place(Web(8) with { Preferences = [Preference.ForSpread("rack", 50, new SpreadTarget("r1", 50))] });

        RacksOf(plan).CountBy(rack => rack).ToDictionary()["r1"].ShouldBe(4);
        RacksOf(plan).CountBy(rack => rack).ToDictionary()["r2"].ShouldBe(2);
        RacksOf(plan).CountBy(rack => rack).ToDictionary()["r3"].ShouldBe(2);
    }

    [Fact]
    public void Spread_yields_when_a_value_is_full()
    {
        // r1 has 1 core free, r2 has 4: 4 tasks are 1 + 3.
        var plan = Racks("r1", "r2").Running("a1", "app:/x", cpus: 3).Place(Web(4) with { Preferences = [Preference.ForSpread("rack")] });

        RacksOf(plan).Count(rack => rack == "r1").ShouldBe(1);
        RacksOf(plan).Count(rack => rack == "r2").ShouldBe(3);
    }

    [Fact]
    public void Spread_counts_the_tasks_that_run_already()
    {
        var plan = Racks("r1", "r2").Running("a1").Running("a1").Place(Web(2) with { Preferences = [Preference.ForSpread("rack")] });

        RacksOf(plan).ShouldBe(["r2", "r2"]);
    }

    [Fact]
    public void A_plan_of_many_evenly_grouped_tasks_is_even()
    {
        // 10 tasks by GROUP_BY over 3 racks: 4 + 3 + 3, never 2 apart.
        var plan = Racks("r1", "r2", "r3").Place(Web(10, cpus: 0.1m) with { Constraints = [new("rack", ConstraintOperator.GroupBy)] });

        RacksOf(plan).GroupBy(rack => rack).Select(group => group.Count()).OrderDescending().ShouldBe([4, 3, 3]);
    }

    [Fact]
    public void A_cluster_goes_where_all_tasks_have_room()
    {
        // r1 has room for 4, r2 for 8, r3 for 12: 6 tasks go to r2, the smallest that is enough.
        var plan = Racks("r1", "r2", "r2", "r3", "r3", "r3").Place(Web(6) with { Constraints = [new("rack", ConstraintOperator.Cluster)] });

        RacksOf(plan).Distinct().ShouldBe(["r2"]);
        plan.Unplaced.ShouldBe(0);
    }
}
