using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class OversubscriptionTests
{
    private static readonly PoolAgent Slack = Agent("a1") with { Slack = ScalarAmounts.Of(2) };

    private static Demand Revocable(int count = 1) => Web(count) with { Id = "batch", Owner = "app:/batch", Shape = new() { Scalars = ScalarAmounts.Of(1), Revocable = true } };

    [Fact]
    public void Revocable_tasks_use_slack_and_others_do_not()
    {
        var pool = new PoolBuilder().With(Slack);

        pool.Place(Web(5)).Placements.Length.ShouldBe(4);
        pool.Place(Revocable(5)).Placements.Length.ShouldBe(2);
        pool.Pool.FreeSlackOn("a1").Cpus.ShouldBe(0);
    }

    [Fact]
    public void When_slack_shrinks_the_lowest_priority_and_then_the_youngest_leave()
    {
        var pool = new PoolBuilder().With(Slack with { Slack = ScalarAmounts.Of(3) })
            .Running("a1", "app:/b", cpus: 1, priority: 10, startedMinutesAgo: 50, id: "low-old", revocable: true)
            .Running("a1", "app:/b", cpus: 1, priority: 10, startedMinutesAgo: 5, id: "low-young", revocable: true)
            .Running("a1", "app:/b", cpus: 1, priority: 20, startedMinutesAgo: 1, id: "mid", revocable: true);

        // 3 used, 1.5 left: two must go.
        var told = pool.Pool.SetSlack("a1", ScalarAmounts.Of(1.5m));

        told.Select(victim => victim.TaskId).ShouldBe(["low-young", "low-old"]);
        told.ShouldAllBe(victim => victim.Cause == PreemptionCause.SlackShrank);
        // Told once: they are leaving already.
        pool.Pool.SetSlack("a1", ScalarAmounts.Of(1.4m)).ShouldBeEmpty();
        pool.Pool.Release("low-young");
        pool.Pool.Release("low-old");
        pool.Pool.FreeSlackOn("a1").Cpus.ShouldBe(0.4m);
    }

    [Fact]
    public void Slack_is_never_the_room_of_other_tasks_to_preempt()
    {
        var pool = new PoolBuilder().With(Slack);
        pool.Place(Revocable(2) with { Priority = 1 });
        pool.Place(Web(4) with { Priority = 100 });

        pool.Place(Web() with { Id = "high", Owner = "app:/high", Priority = 90 }).Preemptions.ShouldBeEmpty();
        pool.Place(Revocable() with { Id = "better", Owner = "app:/better", Priority = 90 }).Preemptions.Length.ShouldBe(1);
    }
}
