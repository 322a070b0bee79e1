using Platform.Core.Ownership;
using Platform.Core.Placement;

namespace Platform.Core.Tests.Ownership;

public sealed class WaitingDemandsTests
{
    private readonly WaitingDemands<string> _demands = new();

    [Fact]
    public void A_demand_waits_until_its_last_task_has_a_place()
    {
        Add("d", "t1", "t2");

        _demands.Take(Place("d", "t1"))!.For.ShouldBe("purpose");
        _demands.Has("d").ShouldBeTrue();
        _demands.Tasks.ShouldBe(1);

        _demands.Take(Place("d", "t2")).ShouldNotBeNull();
        _demands.Has("d").ShouldBeFalse();
        _demands.Tasks.ShouldBe(0);
    }

    [Fact]
    public void A_place_that_comes_twice_or_for_a_demand_that_was_dropped_is_not_wanted()
    {
        Add("d", "t1", "t2");
        _demands.Take(Place("d", "t1"));

        _demands.Take(Place("d", "t1")).ShouldBeNull();

        _demands.Drop("d").ShouldBeTrue();
        _demands.Drop("d").ShouldBeFalse();
        _demands.Take(Place("d", "t2")).ShouldBeNull();
        _demands.Tasks.ShouldBe(0);
    }

    [Fact]
    public void A_standing_demand_takes_every_place_and_goes_on_waiting()
    {
        _demands.Add(new("d", "purpose", default) { Standing = true });

        _demands.Take(Place("d", "d#1")).ShouldNotBeNull();
        _demands.Take(Place("d", "d#2")).ShouldNotBeNull();
        _demands.Has("d").ShouldBeTrue();
    }

    [Fact]
    public void What_is_withdrawn_before_it_was_submitted_is_neither()
    {
        var changes = new DemandChanges();
        changes.Submit(new() { Id = "d", Owner = "o", Count = 1, Shape = new() { Scalars = ScalarAmounts.Of(1, 1) } });
        changes.Withdraw("d");
        changes.IsEmpty.ShouldBeTrue();

        changes.Withdraw("e");
        changes.Withdrawn.ShouldBe(["e"]);
    }

    private void Add(string id, params string[] taskIds)
    {
        var demand = new WaitingDemand<string>(id, "purpose", default);
        demand.TaskIds.UnionWith(taskIds);
        _demands.Add(demand);
    }

    private static TaskPlacement Place(string demandId, string taskId) => new() { TaskId = taskId, DemandId = demandId, AgentId = "agent", Hostname = "host" };
}
