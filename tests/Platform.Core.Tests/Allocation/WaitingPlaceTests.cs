using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>A task that has a place and waits until its victim has ended there.</summary>
public class WaitingPlaceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // 2 cpus: one is offered to f1, one was held by "low", which leaves for "high".
    private readonly AllocatorModel _model = new();
    private readonly Offer _offer;

    public WaitingPlaceTests()
    {
        AddAgent("a1");
        Submit("low", 10);
        _model.Allocate(Start).Placements.Length.ShouldBe(1);
        _model.Subscribe(new() { Id = "f1" }).ShouldBeEmpty();
        _offer = _model.Allocate(Start).Offers.ShouldHaveSingleItem();
        Submit("high", 90);
        var round = _model.Allocate(Start);
        round.Preemptions.ShouldHaveSingleItem().TaskId.ShouldBe("low#0");
        round.Placements.ShouldBeEmpty();
    }

    [Fact]
    public void It_starts_at_once_when_a_declined_offer_makes_room()
    {
        _model.Decline("f1", _offer.Id, 60, Start).ShouldBeTrue();

        _model.Allocate(Start).Placements.ShouldHaveSingleItem().TaskId.ShouldBe("high#0");
    }

    [Fact]
    public void It_gets_nothing_of_what_an_accepted_offer_uses()
    {
        var all = _offer.Resources.Unallocate();
        _model.Accept("f1", [_offer.Id], [new(OfferOperationKind.Launch, all, "t")], 0, Start).IsDone.ShouldBeTrue();
        _model.Allocate(Start).Placements.ShouldBeEmpty();

        _model.Release("low#0");

        _model.Allocate(Start).Placements.ShouldHaveSingleItem().TaskId.ShouldBe("high#0");
    }

    [Fact]
    public void It_gets_what_an_accepted_offer_leaves()
    {
        _model.Accept("f1", [_offer.Id], [], 60, Start).IsDone.ShouldBeTrue();

        _model.Allocate(Start).Placements.ShouldHaveSingleItem().TaskId.ShouldBe("high#0");
    }

    [Fact]
    public void It_is_placed_elsewhere_when_its_agent_goes()
    {
        _model.RemoveAgent("a1");
        _model.Allocate(Start).Placements.ShouldBeEmpty();
        _model.FindDemand("high")!.Demand.TaskIds.ShouldBe(["high#0"]);

        AddAgent("a2");

        var placement = _model.Allocate(Start).Placements.ShouldHaveSingleItem();
        (placement.TaskId, placement.DemandId, placement.AgentId).ShouldBe(("high#0", "high", "a2"));
        _model.FindDemand("high").ShouldBeNull();
    }

    [Fact]
    public void A_demand_of_which_more_waits_gets_it_back()
    {
        _model.WithdrawDemand("high");
        _model.SubmitDemand(new() { Id = "more", Owner = "app:/more", Priority = 95, Count = 3, Shape = TaskShape.Of(1, 512), MayPreempt = false, TaskIds = ["m1", "m2", "m3"] }, Start);
        _model.Release("low#0");
        // "high" was first; two cpus are taken, so that all of "more" waits.
        _model.Allocate(Start).Placements.ShouldHaveSingleItem().TaskId.ShouldBe("high#0");
        _model.FindDemand("more")!.Demand.Count.ShouldBe(3);
        _model.SubmitDemand(new() { Id = "more", Owner = "app:/more", Priority = 95, Count = 3, Shape = TaskShape.Of(1, 512), TaskIds = ["m1", "m2", "m3"] }, Start);
        _model.Allocate(Start).Preemptions.ShouldHaveSingleItem().TaskId.ShouldBe("high#0");
        _model.FindDemand("more")!.Demand.TaskIds.ShouldBe(["m2", "m3"]);

        _model.RemoveAgent("a1");

        _model.FindDemand("more")!.Demand.TaskIds.ShouldBe(["m1", "m2", "m3"]);
        AddAgent("a2");
        _model.Allocate(Start).Placements.Select(placement => placement.TaskId).Order(StringComparer.Ordinal).ShouldBe(["m1", "m2"]);
    }

    private void AddAgent(string id) => _model.SetAgent(new() { Id = id, Hostname = id, Total = Resources.Parse("cpus:2;mem:2048") });

    private void Submit(string id, int priority) =>
        _model.SubmitDemand(new() { Id = id, Owner = $"app:/{id}", Priority = priority, Shape = TaskShape.Of(1, 512) }, Start);
}
