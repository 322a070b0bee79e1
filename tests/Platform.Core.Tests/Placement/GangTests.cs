using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class GangTests
{
    private static Demand Gang(string id, int size, decimal cpus = 1) => Web(size, cpus) with { Id = id, Owner = $"app:/{id}", GangSize = size };

    [Fact]
    public void All_are_placed_or_none()
    {
        var pool = new PoolBuilder().WithAgents(2);

        pool.Place(Gang("nine", 9)).Placements.ShouldBeEmpty();
        pool.Pool.TaskCount.ShouldBe(0);
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(4);
        pool.Place(Gang("eight", 8)).Placements.Length.ShouldBe(8);
    }

    [Fact]
    public void A_gang_that_waits_holds_nothing_so_that_two_cannot_block_each_other()
    {
        // 8 cores; each gang needs 6. Whichever comes first runs; the other waits without holding anything.
        var pool = new PoolBuilder().WithAgents(2).Running("a1", "app:/x", cpus: 4, id: "x");
        pool.Place(Gang("g1", 6)).Placements.ShouldBeEmpty();
        pool.Place(Gang("g2", 6)).Placements.ShouldBeEmpty();
        pool.Pool.FreeOn("a2").Cpus.ShouldBe(4);
        pool.Pool.Release("x");

        pool.Place(Gang("g1", 6)).Placements.Length.ShouldBe(6);
        pool.Place(Gang("g2", 6)).Placements.ShouldBeEmpty();
        for (var i = 0; i < 6; i++) pool.Pool.Release($"g1#{i}");
        pool.Place(Gang("g2", 6)).Placements.Length.ShouldBe(6);
    }

    [Fact]
    public void Tasks_beyond_the_gang_are_placed_as_far_as_they_fit()
    {
        var plan = new PoolBuilder().WithAgents(1).Place(Web(6) with { GangSize = 3 });

        plan.Placements.Length.ShouldBe(4);
        plan.Unplaced.ShouldBe(2);
    }

    [Fact]
    public void A_gang_preempts_as_a_whole_or_not_at_all()
    {
        var pool = new PoolBuilder().WithAgents(2).Running("a1", "app:/x", cpus: 4, priority: 10, id: "low").Running("a2", "app:/x", cpus: 4, priority: 90, id: "high");

        var plan = pool.Place(Gang("five", 5));

        plan.Placements.ShouldBeEmpty();
        plan.Preemptions.ShouldBeEmpty();
        pool.Pool.IsLeaving("low").ShouldBeFalse();
        pool.Place(Gang("four", 4)).Preemptions.Select(victim => victim.TaskId).ShouldBe(["low"]);
    }

    [Fact]
    public void After_its_time_limit_a_gang_is_not_placed_and_says_so()
    {
        var pool = new PoolBuilder().WithAgents(1);
        var gang = Gang("late", 2) with { GangDeadline = Now };

        pool.Place(gang).Placements.Length.ShouldBe(2);
        var plan = Planner.Place(pool.Pool, gang with { Id = "later" }, Now.AddSeconds(1));
        plan.Placements.ShouldBeEmpty();
        plan.Pending!.Rejections[0].Reason.ShouldBe(RejectionReason.GangDeadlinePassed);
    }

    [Fact]
    public void A_gang_that_lacks_room_says_how_much_there_is()
    {
        var pending = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 1).Place(Gang("g", 4)).Pending!;

        pending.Rejections[0].ToString().ShouldBe("the gang does not fit as a whole (4 together, room for 3)");
        pending.Impossible.ShouldBeFalse();
    }

    [Fact]
    public void A_gang_larger_than_the_empty_cluster_is_impossible() =>
        new PoolBuilder().WithAgents(2).Place(Gang("g", 9)).Pending!.Impossible.ShouldBeTrue();
}
