using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

public class AllocatorModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static AllocatorAgent Agent(string id, string resources = "cpus:4;mem:4096;ports:[31000-31009]") =>
        new() { Id = id, Hostname = id, Total = Resources.Parse(resources) };

    private static Demand Demand(string id, int count, decimal cpus = 1, decimal mem = 512, int ports = 0, string role = "*", string? owner = null) =>
        new() { Id = id, Owner = owner ?? $"app:/{id}", Role = role, Count = count, Shape = TaskShape.Of(cpus, mem, ports: ports) };

    private static FrameworkSubscription Framework(string id, string role = "*") => new() { Id = id, Roles = [role] };

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

    [Fact]
    public void Slack_serves_revocable_tasks_and_evicts_them_when_it_shrinks()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", "cpus:1;mem:512"));
        model.SetSlack("a1", ResourceQuantities.Parse("cpus:2;mem:1024")).ShouldBeTrue();
        model.SubmitDemand(new() { Id = "best-effort", Owner = "app:/b", Count = 3, Shape = TaskShape.Of(1, 512) with { Revocable = true } }, Start);
        var round = model.Allocate(Start);
        round.Placements.Length.ShouldBe(2);
        model.Subscribe(new() { Id = "f1" });
        model.Allocate(Start).Offers.ShouldHaveSingleItem().Resources.Items.ShouldAllBe(resource => !resource.Revocable);
        model.SetSlack("a1", ResourceQuantities.Parse("cpus:1;mem:512"));
        var victim = model.Allocate(Start).Preemptions.ShouldHaveSingleItem();
        victim.Cause.ShouldBe(PreemptionCause.SlackShrank);
        model.SetAgent(Agent("a1", "cpus:1;mem:512"));
        model.Allocate(Start).Preemptions.ShouldBeEmpty();
        model.Release(victim.TaskId).ShouldBeTrue();
        // One revocable task is left; the ordinary core is still in the offer.
        model.UsageOf("a1")!.Used.Quantities.ShouldBe(ResourceQuantities.Parse("cpus:1;mem:512"));
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
    public void Gpus_are_given_out_by_index_and_never_twice()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", "cpus:8;mem:8192;gpus:4"));
        model.SubmitDemand(new() { Id = "train", Owner = "app:/train", Count = 2, Shape = TaskShape.Of(1, 512, gpus: 2) }, Start);
        var placements = model.Allocate(Start).Placements;
        placements.SelectMany(placement => placement.Gpus).Order().ShouldBe([0, 1, 2, 3]);
        var tasks = placements.Select(placement => placement.TaskId).ToList();
        tasks.SelectMany(task => model.GpusOf(task)).Order().ShouldBe([0, 1, 2, 3]);
        var freed = model.GpusOf(tasks[0]);
        model.Release(tasks[0]);
        model.SubmitDemand(new() { Id = "more", Owner = "app:/more", Count = 1, Shape = TaskShape.Of(1, 512, gpus: 2) }, Start);
        model.GpusOf(model.Allocate(Start).Placements.Single().TaskId).ShouldBe(freed);
    }

    [Fact]
    public void Devices_of_running_tasks_are_known_again_and_those_of_victims_pass_on()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", "cpus:8;mem:8192;gpus:2"),
        [
            new() { Id = "t1", AgentId = "a1", Owner = "app:/old", Priority = 10, Scalars = ScalarAmounts.Of(1, 512, gpus: 1), Gpus = [1] },
            new() { Id = "t2", AgentId = "a1", Owner = "app:/old", Priority = 20, Scalars = ScalarAmounts.Of(1, 512, gpus: 1) },
        ]);
        model.GpusOf("t1").ShouldBe([1]);
        model.GpusOf("t2").ShouldBe([0]);
        model.SubmitDemand(new() { Id = "new", Owner = "app:/new", Priority = 90, Count = 1, Shape = TaskShape.Of(1, 512, gpus: 1) }, Start);
        model.Allocate(Start).Preemptions.ShouldHaveSingleItem().TaskId.ShouldBe("t1");
        model.Release("t1");
        model.Allocate(Start).Placements.ShouldHaveSingleItem().Gpus.ShouldBe([1]);
    }

    [Fact]
    public void A_preempting_task_may_be_launched_when_its_victims_have_ended()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("low", 4) with { Priority = 10 }, Start);
        var victims = model.Allocate(Start).Placements;
        model.SubmitDemand(Demand("high", 1) with { Priority = 90 }, Start);
        var round = model.Allocate(Start);
        round.Placements.ShouldBeEmpty();
        var victim = round.Preemptions.ShouldHaveSingleItem().TaskId;
        victims.Select(placement => placement.TaskId).ShouldContain(victim);
        model.Allocate(Start).IsEmpty.ShouldBeTrue();
        model.Release(victim);
        var placement = model.Allocate(Start).Placements.ShouldHaveSingleItem();
        placement.DemandId.ShouldBe("high");
        placement.Awaits.ShouldBeEmpty();
    }

    [Fact]
    public void Ports_that_a_victim_leaves_to_its_successor_are_not_offered_in_between()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", "cpus:4;mem:4096;ports:[31000-31001]"));
        model.SubmitDemand(Demand("low", 2, ports: 1, owner: "app:/low") with { Priority = 10 }, Start);
        model.Allocate(Start).Placements.Length.ShouldBe(2);
        model.SubmitDemand(Demand("high", 1, ports: 1) with { Priority = 90 }, Start);
        var victim = model.Allocate(Start).Preemptions.ShouldHaveSingleItem().TaskId;
        model.Subscribe(new() { Id = "f1" });
        model.Release(victim);
        var round = model.Allocate(Start);
        round.Placements.ShouldHaveSingleItem().DemandId.ShouldBe("high");
        // Both ports are held: one by the task that stayed, one by the new one.
        round.Offers.ShouldHaveSingleItem().Resources.Ports.IsEmpty.ShouldBeTrue();
        model.Release([round.Placements[0].TaskId, .. model.TasksOf("app:/low")]);
        model.Decline("f1", round.Offers[0].Id, 60, Start);
        model.UsageOf("a1")!.Free.Equals(Resources.Parse("cpus:4;mem:4096;ports:[31000-31001]")).ShouldBeTrue();
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

    [Fact]
    public void A_plan_changes_nothing()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        var plans = model.Plan([Demand("x", 3), Demand("y", 3)], Start);
        // Four cpus: three for the first, one for the second.
        plans.Select(plan => plan.Placements.Length).ShouldBe([3, 1]);
        model.TaskCount.ShouldBe(0);
        model.Allocate(Start).IsEmpty.ShouldBeTrue();
        model.UsageOf("a1")!.Free.Equals(Agent("a1").Total).ShouldBeTrue();
    }

    [Fact]
    public void A_plan_counts_what_ends_and_what_earlier_changes_take_of_a_limit()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SetQuotas([new("eng", new() { Limits = ResourceLimits.Parse("cpus:3") })], force: false).ShouldBeEmpty();
        model.SubmitDemand(Demand("old", 3) with { Role = "eng", Owner = "app:/old" }, Start);
        var old = model.Allocate(Start).Placements.Select(placement => placement.TaskId).ToArray();

        PlacementPlan[] Plan(params PlannedChange[] changes) => [.. model.Plan(changes, Start)];
        // 3 of 3 cpus of the role are in use.
        Plan(new PlannedChange { Demand = Demand("x", 1) with { Role = "eng" } })[0].Pending!.Rejections[0].ToString().ShouldBe("quota limit of role eng: cpus 1 more needed");
        // 2 end: the first takes one of their places, the second the other, and its second task finds none.
        Plan(new() { EndFirst = [.. old[..2]] }, new() { Demand = Demand("x", 1) with { Role = "eng" } }, new() { Demand = Demand("y", 2) with { Role = "eng/sub" } })
            .Select(plan => (plan.Placements.Length, plan.Unplaced)).ShouldBe([(1, 0), (1, 1)]);
        // Nothing may end before one new task has its place, which the limit forbids.
        Plan(new PlannedChange { Demand = Demand("x", 3) with { Role = "eng" }, EndThen = [.. old] })[0].Placements.ShouldBeEmpty();
        // One may: its place is the first of the new ones, then the others follow.
        Plan(new PlannedChange { Demand = Demand("x", 3) with { Role = "eng" }, EndFirst = [.. old[..1]], EndThen = [.. old[1..]] })[0].Placements.Length.ShouldBe(3);
        model.TaskCount.ShouldBe(3);
    }

    [Fact]
    public void A_plan_can_be_made_as_if_an_agent_drained()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SubmitDemand(Demand("old", 1) with { Owner = "app:/old" }, Start);
        var old = model.Allocate(Start).Placements.Select(placement => placement.TaskId).ToArray();
        var leaving = new PlannedChange { Demand = Demand("new", 1) with { Owner = "app:/old" }, EndThen = [.. old], Drains = "a1" };

        // There is nowhere else to go.
        model.Plan([leaving], Start)[0].Unplaced.ShouldBe(1);
        model.SetAgent(Agent("a2"));
        var plans = model.Plan([leaving, new() { Demand = Demand("more", 1) }], Start);
        plans.Select(plan => plan.Placements.Single().AgentId).ShouldBe(["a2", "a2"]);
        // It was only a plan: the agent takes tasks as before.
        model.SubmitDemand(Demand("next", 1) with { PinnedAgent = "a1" }, Start);
        model.Allocate(Start).Placements.Single().AgentId.ShouldBe("a1");
    }

    [Fact]
    public void An_explanation_is_told_again_for_a_while_where_many_demands_wait_on_many_agents()
    {
        var model = new AllocatorModel();
        for (var index = 0; index < 100; index++)
            model.SetAgent(Agent($"a{index}", "cpus:1;mem:1024"));
        for (var index = 0; index < 100; index++)
            model.SubmitDemand(Demand($"d{index}", 1, cpus: 2), Start);
        model.Allocate(Start);
        model.Explain("d7", Start)!.Rejections[0].Missing.ShouldBe(1);

        model.SetAgent(Agent("more", "cpus:1.5;mem:1024"));
        // 101 agents * 100 demands * 10 us = 101 ms.
        model.Explain("d7", Start.AddMilliseconds(100))!.Rejections[0].Missing.ShouldBe(1);
        model.Explain("d7", Start.AddMilliseconds(102))!.Rejections[0].Missing.ShouldBe(0.5m);
    }

    [Fact]
    public void What_was_explained_before_a_round_is_explained_anew_after_it()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a", "cpus:3;mem:1024"));
        model.SubmitDemand(Demand("d", 2, cpus: 2), Start);
        // Nothing runs yet: the agent would take one of the two.
        model.Explain("d", Start)!.FeasibleAgents.ShouldBe(1);

        model.Allocate(Start).Placements.Length.ShouldBe(1);

        // 3 cpus less 2 leave 1, and the second task needs 2.
        var explanation = model.Explain("d", Start)!;
        explanation.Waiting.ShouldBe(1);
        explanation.FeasibleAgents.ShouldBe(0);
        explanation.Rejections[0].Missing.ShouldBe(1);
    }
}
