using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class ExplanationTests
{
    [Fact]
    public void Amounts_say_how_much_is_missing_at_best()
    {
        // Wanted 4; free 1, 2 and 3: 1 is missing at best.
        var pool = new PoolBuilder().WithAgents(3).Running("a1", "app:/x", cpus: 3, priority: 99).Running("a2", "app:/x", cpus: 2, priority: 99).Running("a3", "app:/x", cpus: 1, priority: 99);
        var pending = pool.Place(Web(cpus: 4)).Pending!;

        pending.Rejections.Single().ShouldBe(new Rejection { Reason = RejectionReason.InsufficientResource, Subject = "cpus", Agents = 3, AgentsByThisAlone = 3, Missing = 1 });
        pending.Rejections[0].ToString().ShouldBe("cpus: 1 more needed at best, on 3 agents");
        (pending.Agents, pending.FeasibleAgents, pending.Waiting, pending.Impossible, pending.At).ShouldBe((3, 0, 1, false, Now));
    }

    [Fact]
    public void Every_cause_of_an_agent_is_counted()
    {
        // a1: draining and too small. a2: too small. a3: another pool, wrong rack, and too small in memory only.
        var pool = new PoolBuilder().With(
            Agent("a1", "rack:r1", cpus: 1) with { Availability = AgentAvailability.Draining },
            Agent("a2", "rack:r1", cpus: 1),
            Agent("a3", "rack:r2", mem: 10) with { NodePool = "other" });
        var pending = pool.Place(Web(cpus: 2, mem: 100) with { Constraints = [new("rack", ConstraintOperator.Like, "r1")] }).Pending!;

        pending.Rejections.Select(rejection => (rejection.Reason, rejection.Subject, rejection.Agents, rejection.AgentsByThisAlone)).ShouldBe(
        [
            (RejectionReason.InsufficientResource, "cpus", 2, 1),
            (RejectionReason.NodePool, "default", 1, 0),
            (RejectionReason.Draining, "", 1, 0),
            (RejectionReason.Constraint, "rack LIKE r1", 1, 0),
            (RejectionReason.InsufficientResource, "mem", 1, 0),
        ]);
    }

    [Fact]
    public void A_demand_that_no_agent_could_ever_take_is_impossible()
    {
        var pool = new PoolBuilder().WithAgents(2);

        var pending = pool.Place(Web(cpus: 5)).Pending!;
        pending.Impossible.ShouldBeTrue();
        pending.WhenEmpty.Single().Missing.ShouldBe(1);
        pool.Place(Web() with { Constraints = [new("rack", ConstraintOperator.Unique)] }).Pending!.Impossible.ShouldBeTrue();
        pool.Place(Web() with { Constraints = [new("hostname", ConstraintOperator.MaxPer, "0")] }).Pending!.Impossible.ShouldBeTrue();
        pool.Place(Web() with { Shape = new() { StaticPorts = [80] } }).Pending!.Impossible.ShouldBeTrue();
    }

    [Fact]
    public void A_full_or_draining_cluster_is_not_impossible()
    {
        var pool = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 4, priority: 99);
        pool.Pool.SetAvailability("a1", AgentAvailability.Draining);

        pool.Place(Web(cpus: 4)).Pending!.Impossible.ShouldBeFalse();
    }

    [Fact]
    public void Without_agents_nothing_is_impossible_yet() => new PoolBuilder().Place(Web()).Pending!.Impossible.ShouldBeFalse();

    [Fact]
    public void An_explanation_can_be_asked_for_and_changes_nothing()
    {
        var pool = new PoolBuilder().WithAgents(1);
        var before = pool.Pool.Version;

        Planner.Explain(pool.Pool, Web(), Now).FeasibleAgents.ShouldBe(1);
        Planner.Explain(pool.Pool, Web(cpus: 9), Now).Rejections.Single().Missing.ShouldBe(5);
        pool.Pool.Version.ShouldBe(before);
        pool.Place(Web(cpus: 9), new PlacementOptions { Explain = false }).Pending.ShouldBeNull();
    }

    [Fact]
    public void A_dry_run_tells_what_would_happen_and_leaves_no_trace()
    {
        var pool = new PoolBuilder().WithAgents(1).Running("a1", "app:/x", cpus: 2, priority: 10, id: "low");
        var demands = new[] { Web(2, ports: 1), Web(2) with { Id = "more", Owner = "app:/more", Priority = 60 } };

        var plans = Planner.DryRun(pool.Pool, demands, Now);

        plans[0].Placements.Length.ShouldBe(2);
        plans[1].Preemptions.Single().TaskId.ShouldBe("low");
        pool.Pool.TaskCount.ShouldBe(1);
        pool.Pool.IsLeaving("low").ShouldBeFalse();
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(2);
        // The same plan is made in earnest, ports included.
        pool.Place(demands[0]).Placements.SelectMany(placement => placement.Ports).ShouldBe(plans[0].Placements.SelectMany(placement => placement.Ports));
    }
}
