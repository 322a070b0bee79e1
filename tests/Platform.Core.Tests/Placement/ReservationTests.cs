using System.Collections.Immutable;
using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class ReservationTests
{
    private static PoolAgent Reserving(string id, string role, decimal reserved, decimal unreserved = 4) => Agent(id, cpus: unreserved) with
    {
        Reserved = [new ReservedAmounts { Role = role, Scalars = ScalarAmounts.Of(reserved) }],
    };

    [Fact]
    public void A_role_uses_its_own_reservation_first()
    {
        var pool = new PoolBuilder().With(Agent("a1"), Reserving("a2", "web", 2));
        var plan = pool.Place(Web(3) with { Role = "web" });

        // Two from the reservation on a2; then a2 is empty of reservations and as full as a1 in unreserved ones.
        AgentsOf(plan)[..2].ShouldBe(["a2", "a2"]);
        plan.Placements[0].FromReserved.Single().Scalars.Cpus.ShouldBe(1);
        plan.Placements[2].FromReserved.ShouldBeEmpty();
        pool.Pool.FreeReservedOn("a2").Single().Scalars.Cpus.ShouldBe(0);
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("web/front", true)]
    [InlineData("webx", false)]
    [InlineData("*", false)]
    [InlineData("db", false)]
    public void A_reservation_serves_its_role_and_the_roles_below_it(string role, bool served)
    {
        var plan = new PoolBuilder().With(Reserving("a1", "web", 4, unreserved: 0)).Place(Web() with { Role = role });

        plan.Placements.Length.ShouldBe(served ? 1 : 0);
        if (!served) plan.Pending!.Rejections.Single().ToString().ShouldBe("cpus reserved for role web: 1 more needed at best, on 1 agent");
    }

    [Fact]
    public void Reserved_and_unreserved_parts_are_added_up()
    {
        // 3 cores wanted: 2 reserved and 1 of the 2 unreserved ones.
        var pool = new PoolBuilder().With(Reserving("a1", "web", 2, unreserved: 2));
        var placement = pool.Place(Web(cpus: 3) with { Role = "web" }).Placements.Single();

        placement.FromReserved.Single().Scalars.Cpus.ShouldBe(2);
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(1);
        pool.Pool.Release(placement.TaskId);
        pool.Pool.FreeOn("a1").Cpus.ShouldBe(2);
        pool.Pool.FreeReservedOn("a1").Single().Scalars.Cpus.ShouldBe(2);
    }

    [Fact]
    public void Accepted_resource_roles_shut_out_the_rest()
    {
        var pool = new PoolBuilder().With(Reserving("a1", "web", 1));

        pool.Place(Web(2) with { Role = "web", AcceptedResourceRoles = ["web"] }).Placements.Length.ShouldBe(1);
        pool.Place(Web(5) with { Id = "second", Role = "web", AcceptedResourceRoles = ["*"] }).Placements.Length.ShouldBe(4);
    }

    [Fact]
    public void A_quota_limit_stops_the_demand_and_is_the_reason()
    {
        // 2.5 cores are left: 2 tasks of 1.
        var plan = new PoolBuilder().WithAgents(2).Place(Web(5), new PlacementOptions
        {
            Allowances = [new(RejectionReason.QuotaLimit, "dev", ImmutableSortedDictionary<string, decimal>.Empty.Add("cpus", 2.5m))],
        });

        plan.Placements.Length.ShouldBe(2);
        plan.Pending!.Rejections.Single().ToString().ShouldBe("quota limit of role dev: cpus 0.5 more needed");
        plan.Pending.FeasibleAgents.ShouldBe(2);
        plan.Pending.Impossible.ShouldBeFalse();
    }

    [Fact]
    public void Headroom_holds_back_unreserved_resources_only()
    {
        // 1 core is left of the headroom; the reservation of 2 is outside it: 2 + 1 = 3 tasks.
        var plan = new PoolBuilder().With(Reserving("a1", "web", 2), Agent("a2")).Place(Web(5) with { Role = "web" }, new PlacementOptions
        {
            Allowances = [new(RejectionReason.QuotaHeadroom, "ops", ImmutableSortedDictionary<string, decimal>.Empty.Add("cpus", 1), UnreservedOnly: true)],
        });

        plan.Placements.Length.ShouldBe(3);
        plan.Pending!.Rejections[0].Reason.ShouldBe(RejectionReason.QuotaHeadroom);
    }
}
