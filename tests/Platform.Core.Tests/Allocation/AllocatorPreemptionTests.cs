using Platform.Core.Allocation;
using Platform.Core.Placement;
using static Platform.Core.Tests.AllocationModel.AllocatorCases;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>What passes from one that goes to one that comes.</summary>
public class AllocatorPreemptionTests
{
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
}
