using Platform.Core.Allocation;
using Platform.Core.Placement;
using static Platform.Core.Tests.AllocationModel.AllocatorCases;

namespace Platform.Core.Tests.AllocationModel;

public class AllocatorModelTests
{
    [Fact]
    public void An_owner_that_asks_for_it_is_told_once_that_there_is_no_room()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("big", 6) with { TellsNoRoom = true }, Start);
        model.SubmitDemand(Demand("other", 6), Start);
        // Asked about meanwhile, as by a page: it is told all the same.
        model.Explain("big", Start);
        model.Allocate(Start).WithoutRoom.ShouldHaveSingleItem().ShouldBe(new("big", "app:/big", 2));
        model.SetAgent(Agent("a2", "cpus:1;mem:4096"));
        model.Allocate(Start).WithoutRoom.ShouldBeEmpty();
        model.SubmitDemand(Demand("small", 1) with { TellsNoRoom = true, Count = 1 }, Start);
        model.Allocate(Start).WithoutRoom.ShouldHaveSingleItem().DemandId.ShouldBe("small");
    }

    [Fact]
    public void A_demand_is_placed_with_ports_of_the_agent_and_released_without_a_rest()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("web", 3, ports: 1), Start);
        var round = model.Allocate(Start);
        round.Placements.Length.ShouldBe(3);
        round.Placements.SelectMany(placement => placement.Ports).Distinct().Count().ShouldBe(3);
        round.Satisfied.ShouldBe(["web"]);
        // 4 - 3 * 1 cpus, 4096 - 3 * 512 MB.
        model.UsageOf("a1")!.Free.Quantities.ShouldBe(ResourceQuantities.Of(cpus: 1000, mem: 2_560_000));
        model.Release(round.Placements.Select(placement => placement.TaskId)).ShouldBe(3);
        model.UsageOf("a1")!.Free.Equals(Resources.Parse("cpus:4;mem:4096;ports:[31000-31009]")).ShouldBeTrue();
        model.RoleUsages().ShouldBeEmpty();
    }

    [Fact]
    public void What_does_not_fit_waits_with_a_reason_and_is_placed_when_room_comes()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("big", 6), Start);
        var round = model.Allocate(Start);
        round.Placements.Length.ShouldBe(4);
        round.Explanations.ShouldHaveSingleItem().Rejections.ShouldContain(rejection => rejection.Reason == RejectionReason.InsufficientResource);
        model.WaitingCount.ShouldBe(2);
        model.Allocate(Start).IsEmpty.ShouldBeTrue();
        model.SetAgent(Agent("a2"));
        model.Allocate(Start).Placements.Select(placement => placement.AgentId).ShouldBe(["a2", "a2"]);
    }

    [Fact]
    public void Maintenance_asks_those_who_hold_something_to_leave()
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1"));
        model.SetAgent(Agent("a1"));
        var offer = model.Allocate(Start).Offers.Single();
        var window = new MaintenanceWindow(Start.AddHours(1), TimeSpan.FromMinutes(30));
        model.SetMaintenance("a1", window).ShouldBeTrue();
        var round = model.Allocate(Start);
        round.Rescinded.ShouldHaveSingleItem().OfferId.ShouldBe(offer.Id);
        round.Offers.ShouldHaveSingleItem().Unavailability.ShouldBe(window);
        var inverse = round.InverseOffers.ShouldHaveSingleItem();
        inverse.Unavailability.ShouldBe(window);
        model.Allocate(Start).IsEmpty.ShouldBeTrue();
        model.AnswerInverseOffer("f1", inverse.Id, 60, Start).ShouldBeTrue();
        var answered = model.Allocate(Start);
        answered.InverseOffers.ShouldBeEmpty();
        answered.NextWakeup.ShouldBe(Start.AddSeconds(60));
        model.Allocate(Start.AddSeconds(60)).InverseOffers.ShouldHaveSingleItem();
    }

    [Fact]
    public void An_agent_that_drains_has_its_offers_taken_back_and_gets_no_tasks()
    {
        var model = new AllocatorModel();
        model.Subscribe(Framework("f1"));
        model.SetAgent(Agent("a1"));
        model.Allocate(Start).Offers.ShouldHaveSingleItem();
        model.SetAvailability("a1", AgentAvailability.Draining).ShouldBeTrue();
        model.SubmitDemand(Demand("web", 1), Start);
        var round = model.Allocate(Start);
        round.Rescinded.ShouldHaveSingleItem();
        round.Offers.ShouldBeEmpty();
        round.Explanations.ShouldHaveSingleItem().Rejections.ShouldContain(rejection => rejection.Reason == RejectionReason.Draining);
        model.SetAvailability("a1", AgentAvailability.Active);
        model.Allocate(Start).Placements.ShouldHaveSingleItem();
    }

    [Fact]
    public void Reservations_survive_the_registration_of_the_agent()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", "cpus:4;mem:4096;disk:1000"));
        var reserved = Resources.Parse("cpus:2;disk:500").PushReservation(new(ReservationType.Dynamic, "db", "ops"));
        model.Operate("a1", new(OfferOperationKind.Reserve, reserved)).ShouldBeNull();
        var volume = Resources.Of(reserved.Items.Single(resource => resource.Name == "disk") with { Disk = new() { PersistenceId = "v1", Volume = new("/data") } });
        model.Operate("a1", new(OfferOperationKind.Create, volume)).ShouldBeNull();
        var again = new AllocatorModel();
        again.RestoreReservations(model.DynamicReservations);
        again.SetAgent(Agent("a1", "cpus:4;mem:4096;disk:1000"));
        again.UsageOf("a1")!.Agent.Total.Equals(model.UsageOf("a1")!.Agent.Total).ShouldBeTrue();
        again.SetAgent(Agent("a1", "cpus:4;mem:4096;disk:1000"));
        again.UsageOf("a1")!.Agent.Total.Equals(model.UsageOf("a1")!.Agent.Total).ShouldBeTrue();
        again.Operate("a1", new(OfferOperationKind.Destroy, volume)).ShouldBeNull();
        again.Operate("a1", new(OfferOperationKind.Unreserve, reserved)).ShouldBeNull();
        again.DynamicReservations.ShouldBeEmpty();
        again.UsageOf("a1")!.Agent.Total.Equals(Resources.Parse("cpus:4;mem:4096;disk:1000")).ShouldBeTrue();
    }

    [Fact]
    public void A_demand_uses_the_reservations_of_its_role_first()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", "cpus:2;mem:2048;cpus(web):1;mem(web):512"));
        model.SubmitDemand(Demand("web", 3, role: "web"), Start);
        model.Allocate(Start).Placements.Length.ShouldBe(3);
        model.UsageOf("a1")!.Free.Equals(Resources.Parse("mem:1024")).ShouldBeTrue();
    }

    [Fact]
    public void An_owner_that_restarts_keeps_its_live_tasks_only()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("web", 5), Start);
        var placed = model.Allocate(Start).Placements;
        placed.Length.ShouldBe(4);
        model.Resync("app:/web", [placed[0].TaskId]).Length.ShouldBe(3);
        model.WaitingCount.ShouldBe(0);
        model.TasksOf("app:/web").ShouldBe([placed[0].TaskId]);
    }

    [Fact]
    public void Tasks_that_an_agent_reports_are_booked()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"),
        [
            new() { Id = "t1", AgentId = "a1", Owner = "app:/web", Scalars = ScalarAmounts.Of(3, 1024), Ports = [31000] },
        ]);
        model.SubmitDemand(Demand("more", 2, ports: 1), Start);
        var round = model.Allocate(Start);
        round.Placements.ShouldHaveSingleItem().Ports.ShouldNotContain(31000);
        model.Release("t1");
        model.Allocate(Start).Placements.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_gang_is_given_up_after_its_time_limit()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("gang", 5) with { GangSize = 5, GangDeadline = Start.AddSeconds(60) }, Start);
        var round = model.Allocate(Start);
        round.Placements.ShouldBeEmpty();
        round.NextWakeup!.Value.ShouldBeGreaterThan(Start.AddSeconds(60));
        model.Allocate(Start.AddSeconds(60)).Expired.ShouldBeEmpty();
        model.Allocate(Start.AddSeconds(61)).Expired.ShouldBe([new("gang", "app:/gang")]);
        model.WaitingCount.ShouldBe(0);
    }
}
