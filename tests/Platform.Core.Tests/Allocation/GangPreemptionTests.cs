using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>Gangs that make others of lower priority leave: all of a gang or none, and all at once.</summary>
public class GangPreemptionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AllocatorModel _model = new();

    // Two agents with 2 cpus each; three of the four are taken by batch work of priority 25.
    public GangPreemptionTests()
    {
        AddAgent("a1");
        AddAgent("a2");
        Submit("batch", 25, 3);
        _model.Allocate(Start).Placements.Length.ShouldBe(3);
    }

    [Fact]
    public void All_of_it_are_told_of_their_places_when_the_last_victim_has_ended()
    {
        Submit("gang", 60, 3, isGang: true);
        var round = _model.Allocate(Start);
        // One cpu is free, so that two have to leave.
        round.Placements.ShouldBeEmpty();
        round.Preemptions.Length.ShouldBe(2);

        _model.Release(round.Preemptions[0].TaskId);
        _model.Allocate(Start).Placements.ShouldBeEmpty();
        _model.Release(round.Preemptions[1].TaskId);

        var placements = _model.Allocate(Start).Placements;
        placements.Select(placement => placement.TaskId).Order(StringComparer.Ordinal).ShouldBe(["gang#0", "gang#1", "gang#2"]);
        placements.ShouldAllBe(placement => placement.Awaits.IsDefaultOrEmpty);
        _model.Allocate(Start).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Nobody_leaves_for_a_gang_that_would_not_fit_afterwards()
    {
        Submit("gang", 60, 5, isGang: true);

        _model.Allocate(Start).ShouldSatisfyAllConditions(round => round.Preemptions.ShouldBeEmpty(), round => round.Placements.ShouldBeEmpty());
        _model.FindDemand("gang")!.Demand.Count.ShouldBe(5);
    }

    [Fact]
    public void Nobody_of_the_same_or_a_higher_priority_leaves()
    {
        Submit("gang", 25, 3, isGang: true);

        _model.Allocate(Start).Preemptions.ShouldBeEmpty();
    }

    [Fact]
    public void One_whose_agent_goes_meanwhile_gets_another_place_and_the_others_wait_for_it()
    {
        Submit("gang", 60, 3, isGang: true);
        var victims = _model.Allocate(Start).Preemptions;
        foreach (var victim in victims.Where(victim => victim.AgentId == "a1"))
            _model.Release(victim.TaskId);

        _model.RemoveAgent("a2");
        _model.Allocate(Start).Placements.ShouldBeEmpty();
        AddAgent("a3");

        foreach (var victim in victims.Where(victim => victim.AgentId == "a1"))
            _model.Release(victim.TaskId);
        var told = _model.Allocate(Start).Placements;
        told.Select(placement => placement.TaskId).Order(StringComparer.Ordinal).ShouldBe(["gang#0", "gang#1", "gang#2"]);
        told.ShouldAllBe(placement => placement.AgentId == "a1" || placement.AgentId == "a3");
    }

    [Fact]
    public void What_it_held_is_free_again_when_it_is_withdrawn_before_it_was_told()
    {
        Submit("gang", 60, 3, isGang: true);
        var victims = _model.Allocate(Start).Preemptions;
        _model.Release(victims[0].TaskId);
        _model.Allocate(Start);

        _model.WithdrawDemand("gang").ShouldBeTrue();
        _model.Release(victims[1].TaskId);
        Submit("other", 25, 3);

        _model.Allocate(Start).Placements.Select(placement => placement.TaskId).Order(StringComparer.Ordinal).ShouldBe(["other#0", "other#1", "other#2"]);
    }

    private void AddAgent(string id) => _model.SetAgent(new() { Id = id, Hostname = id, Total = Resources.Parse("cpus:2;mem:2048") });

    private void Submit(string id, int priority, int count, bool isGang = false) => _model.SubmitDemand(
        new() { Id = id, Owner = $"job:{id}", Priority = priority, Count = count, Shape = TaskShape.Of(1, 512), GangSize = isGang ? count : 0 }, Start);
}
