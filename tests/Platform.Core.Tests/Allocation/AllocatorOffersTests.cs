using Platform.Core.Allocation;
using static Platform.Core.Tests.AllocationModel.AllocatorCases;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>Offers: who gets them, and what becomes of them.</summary>
public class AllocatorOffersTests
{
    [Fact]
    public void A_demand_and_a_framework_share_the_agents()
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1")).ShouldBeEmpty();
        model.SubmitDemand(Demand("web", 100), Start);
        for (var index = 0; index < 10; index++)
            model.SetAgent(Agent($"a{index}", "cpus:4;mem:2048"));
        var round = model.Allocate(Start);
        // Ten equal agents, one demand that could use all and one framework: five agents' worth for each.
        round.Offers.Length.ShouldBe(5);
        round.Placements.Length.ShouldBe(20);
        round.Placements.Select(placement => placement.AgentId).Intersect(round.Offers.Select(offer => offer.AgentId)).ShouldBeEmpty();
    }

    [Fact]
    public void A_declined_offer_goes_to_a_demand_at_once_and_to_nobody_twice()
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1"));
        model.SetAgent(Agent("a1"));
        var offer = model.Allocate(Start).Offers.ShouldHaveSingleItem();
        model.SubmitDemand(Demand("web", 1), Start);
        model.Allocate(Start).Placements.ShouldBeEmpty();
        model.Decline("f1", offer.Id, 60, Start).ShouldBeTrue();
        model.Allocate(Start).Placements.ShouldHaveSingleItem().AgentId.ShouldBe("a1");
        model.Decline("f1", offer.Id, 60, Start).ShouldBeFalse();
    }

    [Fact]
    public void A_filter_ends_by_itself_and_the_round_says_when()
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1"));
        model.SetAgent(Agent("a1"));
        var offer = model.Allocate(Start).Offers.Single();
        model.Decline("f1", offer.Id, 30, Start);
        model.Allocate(Start).NextWakeup.ShouldBe(Start.AddSeconds(30));
        model.Allocate(Start.AddSeconds(29)).IsEmpty.ShouldBeTrue();
        model.Allocate(Start.AddSeconds(30)).Offers.ShouldHaveSingleItem().AgentId.ShouldBe("a1");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 5)]
    [InlineData(double.NaN, 5)]
    [InlineData(1e12, 365 * 86_400)]
    public void A_refusal_is_bounded(double refuseSeconds, double lifetime)
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1"));
        model.SetAgent(Agent("a1"));
        model.Decline("f1", model.Allocate(Start).Offers.Single().Id, refuseSeconds, Start);
        model.Allocate(Start).NextWakeup.ShouldBe(Start.AddSeconds(lifetime));
    }

    [Fact]
    public void An_accepted_offer_holds_its_tasks_and_gives_the_rest_back()
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1"));
        model.Subscribe(Framework("f2"));
        model.SetAgent(Agent("a1"));
        var offer = model.Allocate(Start).Offers.Single();
        var result = model.Accept(offer.FrameworkId, [offer.Id],
        [
            new(OfferOperationKind.Launch, Resources.Parse("cpus:1;mem:1024;ports:[31000-31000]"), "t1"),
            new(OfferOperationKind.Launch, Resources.Parse("cpus:4"), "t2"),
        ], 5, Start);
        result.OperationErrors[0].ShouldBeNull();
        result.OperationErrors[1]!.ShouldContain("more resources");
        var other = model.Allocate(Start).Offers.ShouldHaveSingleItem();
        other.FrameworkId.ShouldNotBe(offer.FrameworkId);
        other.Resources.Unallocate().Equals(Resources.Parse("cpus:3;mem:3072;ports:[31001-31009]")).ShouldBeTrue();
        model.Release("t1").ShouldBeTrue();
        model.Allocate(Start).Offers.ShouldHaveSingleItem().Resources.Milli("cpus").ShouldBe(1000);
    }

    [Fact]
    public void Offers_time_out_and_are_taken_back()
    {
        var model = new AllocatorModel(new() { OfferTimeout = TimeSpan.FromSeconds(10) });
        model.Subscribe(Framework("f1"));
        model.SetAgent(Agent("a1"));
        var offer = model.Allocate(Start).Offers.Single();
        model.Allocate(Start.AddSeconds(9)).IsEmpty.ShouldBeTrue();
        var round = model.Allocate(Start.AddSeconds(10));
        round.Rescinded.ShouldHaveSingleItem().OfferId.ShouldBe(offer.Id);
        round.Offers.ShouldHaveSingleItem().Id.ShouldNotBe(offer.Id);
        model.Accept("f1", [offer.Id], [], 5, Start).Error.ShouldBe($"Offer {offer.Id} is no longer valid");
    }

    [Fact]
    public void A_framework_reserves_makes_a_shared_volume_and_uses_it_twice()
    {
        var model = new AllocatorModel();
        var capabilities = FrameworkCapabilities.SharedResources | FrameworkCapabilities.ReservationRefinement;
        model.Subscribe(new() { Id = "f1", Roles = ["db"], Capabilities = capabilities }).ShouldBeEmpty();
        model.SetAgent(Agent("a1", "cpus:4;mem:4096;disk:1000"));
        var offer = model.Allocate(Start).Offers.Single();
        var reserved = Resources.Parse("disk:500").PushReservation(new(ReservationType.Dynamic, "db", "ops"));
        var volume = Resources.Of(reserved.Items[0] with { Shared = true, Disk = new() { PersistenceId = "v1", Volume = new("/data") } });
        var foreign = Resources.Parse("disk:100").PushReservation(new(ReservationType.Dynamic, "other"));
        var result = model.Accept("f1", [offer.Id],
        [
            new(OfferOperationKind.Reserve, reserved),
            new(OfferOperationKind.Create, volume),
            new(OfferOperationKind.Launch, Resources.Parse("cpus:1;mem:512") + volume, "t1"),
            new(OfferOperationKind.Reserve, foreign),
        ], 0, Start);
        result.OperationErrors.Take(3).ShouldAllBe(error => error == null);
        result.OperationErrors[3]!.ShouldContain("cannot be reserved for role 'other'");
        model.DynamicReservations["a1"].Equals(volume).ShouldBeTrue();
        // The volume is in use and still offered, counted once in the role.
        var again = model.Allocate(Start.AddSeconds(1)).Offers.ShouldHaveSingleItem();
        again.Resources.Unallocate().Contains(volume).ShouldBeTrue();
        model.Accept("f1", [again.Id], [new(OfferOperationKind.Launch, Resources.Parse("cpus:1;mem:512") + volume, "t2")], 60, Start.AddSeconds(1)).IsDone.ShouldBeTrue();
        model.RoleUsages().Single(role => role.Role == "db").Held.ShouldBe(ResourceQuantities.Parse("cpus:2;mem:1024;disk:500"));
        model.Release(["t1", "t2"]).ShouldBe(2);
        model.RoleUsages().Single(role => role.Role == "db").Held.IsEmpty.ShouldBeTrue();
    }
}
