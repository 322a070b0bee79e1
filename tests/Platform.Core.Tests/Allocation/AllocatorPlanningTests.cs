using Platform.Core.Allocation;
using Platform.Core.Placement;
using static Platform.Core.Tests.AllocationModel.AllocatorCases;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>Plans that change nothing, and why something waits.</summary>
public class AllocatorPlanningTests
{
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
