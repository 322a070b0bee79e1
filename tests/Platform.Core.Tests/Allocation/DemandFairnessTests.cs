using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>Demands that wait and frameworks that want offers are served in one fair order.</summary>
public class DemandFairnessTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 150)]
    [InlineData(2, 200)]
    [InlineData(5, 250)]
    public void A_large_queue_and_three_thousand_frameworks_share_by_the_weights_of_their_roles(int weight, int agentsOfApps)
    {
        // 300 agents of 4 cpus; with weight w the apps get w of w + 1 parts, as tasks of 1 cpu, the frameworks the rest as whole agents.
        var model = new AllocatorModel();
        model.SetWeight("apps", weight);
        for (var index = 0; index < 300; index++)
            model.SetAgent(new() { Id = $"a{index}", Hostname = $"a{index}", Total = Resources.Parse("cpus:4;mem:4096") });
        for (var index = 0; index < 3_000; index++)
            model.Subscribe(new() { Id = $"f{index}", Roles = ["frameworks"] }).ShouldBeEmpty();
        model.SubmitDemand(new() { Id = "queue", Owner = "app:/queue", Role = "apps", Count = 100_000, Shape = TaskShape.Of(1, 1_024) }, Start);

        var (placed, offers) = (0, new List<Offer>());
        do
        {
            var round = model.Allocate(Start);
            placed += round.Placements.Length;
            offers.AddRange(round.Offers);
        }
        while (model.HasWork);

        placed.ShouldBe(agentsOfApps * 4);
        offers.Count.ShouldBe(300 - agentsOfApps);
        offers.ShouldAllBe(offer => offer.Resources.Quantities == ResourceQuantities.Parse("cpus:4;mem:4096"));
        offers.DistinctBy(offer => offer.FrameworkId).Count().ShouldBe(offers.Count);

        // A framework that declines for ever gives its agent to the next one in its role, not to the queue, which has its share.
        var declined = offers[0];
        model.Decline(declined.FrameworkId, declined.Id, 1_000_000, Start).ShouldBeTrue();
        var next = model.Allocate(Start);
        next.Placements.ShouldBeEmpty();
        next.Offers.ShouldHaveSingleItem().AgentId.ShouldBe(declined.AgentId);
        offers.ShouldNotContain(offer => offer.FrameworkId == next.Offers[0].FrameworkId);
    }
}
