using FsCheck;
using FsCheck.Fluent;
using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>What must hold whatever happens, over random histories. A number stands for an event; a history shrinks as a list.</summary>
public class AllocatorPropertyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(60);

    // Histories of up to 60 events. FsCheck's own numbers are as small as the history is short, and leave out most events.
    private static readonly Arbitrary<int[]> Histories = Gen.ArrayOf(Gen.Choose(0, 9_999)).ToArbitrary();

    [Fact]
    public void Nothing_is_over_committed_and_no_piece_has_two_holders() => Prop.ForAll(Histories, events =>
    {
        var cluster = new RandomCluster();
        foreach (var number in events)
        {
            cluster.Apply(number);
            cluster.CheckBooks();
        }
    }).Check(Config);

    [Fact]
    public void Releasing_everything_leaves_nothing_behind() => Prop.ForAll(Histories, events =>
    {
        var cluster = new RandomCluster();
        foreach (var number in events)
            cluster.Apply(number);
        cluster.ReleaseEverything();
        cluster.Model.TaskCount.ShouldBe(0);
        cluster.Model.OfferCount.ShouldBe(0);
        cluster.Model.Held.IsEmpty.ShouldBeTrue();
        foreach (var agent in cluster.Model.Snapshot().Agents)
        {
            agent.Free.Equals(agent.Agent.Total).ShouldBeTrue($"{agent.Free} is not {agent.Agent.Total}");
            agent.Tasks.ShouldBe(0);
        }
        foreach (var role in cluster.Model.RoleUsages())
        {
            role.Held.IsEmpty.ShouldBeTrue();
            role.Consumed.ShouldBe(role.Reserved);
        }
    }).Check(Config);

    [Fact]
    public void A_settled_cluster_decides_nothing() => Prop.ForAll(Histories, events =>
    {
        var cluster = new RandomCluster();
        foreach (var number in events)
            cluster.Apply(number);
        cluster.Settle();
        cluster.Model.Allocate(cluster.Now).IsEmpty.ShouldBeTrue();
        cluster.Model.HasWork.ShouldBeFalse();
    }).Check(Config);

    [Fact]
    public void Limits_hold_and_guarantees_stay_within_reach() => Prop.ForAll(Histories, events =>
    {
        var cluster = new RandomCluster(isQuotaSet: true);
        foreach (var number in events)
        {
            cluster.Apply(number);
            cluster.CheckQuota();
        }
    }).Check(Config);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Preemption_goes_downward_and_leaves_every_role_its_guarantee(bool isQuotaSet) => Prop.ForAll(Histories, events =>
    {
        var cluster = new RandomCluster(isQuotaSet, preempts: true);
        foreach (var number in events)
        {
            cluster.Apply(number);
            cluster.CheckRunning();
        }
        cluster.ReleaseEverything();
        cluster.Model.Held.IsEmpty.ShouldBeTrue();
        cluster.Model.TaskCount.ShouldBe(0);
    }).Check(Config);

    [Fact]
    public void The_order_in_which_agents_joined_does_not_matter_to_fairness() => Prop.ForAll(Histories, order =>
    {
        // Twelve equal agents in any order; three roles of weights 1, 2 and 3 that want everything.
        var agents = Enumerable.Range(0, 12).OrderBy(index => index < order.Length ? order[index] : index).ToList();
        var model = new AllocatorModel(new() { Seed = order.Length });
        foreach (var (role, weight) in new[] { ("r1", 1), ("r2", 2), ("r3", 3) })
            model.SetWeight(role, weight);
        foreach (var index in agents)
            model.SetAgent(new() { Id = $"a{index:D2}", Total = Resources.Parse("cpus:2;mem:1024") });
        model.Subscribe(new() { Id = "f1", Roles = ["r1"] });
        model.Subscribe(new() { Id = "f2", Roles = ["r2"] });
        model.SubmitDemand(new() { Id = "d3", Owner = "app:/d3", Role = "r3", Count = 100, Shape = TaskShape.Of(2, 1024) }, Start);
        var round = model.Allocate(Start);
        round.Offers.Count(offer => offer.Role == "r1").ShouldBe(2);
        round.Offers.Count(offer => offer.Role == "r2").ShouldBe(4);
        round.Placements.Length.ShouldBe(6);
    }).Check(Config.WithMaxTest(100));

    [Fact]
    public void Arithmetic_of_resources_goes_there_and_back() => Prop.ForAll(Histories, Histories, (left, right) =>
    {
        var (a, b) = (RandomResources(left), RandomResources(right));
        (a + b - b).Equals(a).ShouldBe(!SharesPorts(a, b) || (a + b - b).Equals(a));
        (a + b).Contains(a).ShouldBeTrue();
        (a + b).Equals(b + a).ShouldBeTrue();
        (a + b).Quantities.ShouldBe(a.Quantities + b.Quantities);
        (a - a).IsEmpty.ShouldBeTrue();
        Resources.Of(a.Items).Equals(a).ShouldBeTrue();
    }).Check(Config);

    private static bool SharesPorts(Resources a, Resources b) => a.Ports.Minus(b.Ports).Count < a.Ports.Count;

    private static Resources RandomResources(int[] numbers)
    {
        var list = new List<Resource>();
        foreach (var number in numbers)
        {
            var amount = (uint)number % 5000;
            var plain = (amount % 4) switch
            {
                0 => Resource.Scalar("cpus", amount),
                1 => Resource.Scalar("mem", amount * 1000),
                2 => Resource.Scalar("bandwidth", amount),
                _ => new Resource { Name = "ports", Type = ResourceType.Ranges, Ranges = ValueRanges.Of(amount, amount + (amount % 7)) },
            };
            list.Add((amount % 3) == 0 ? plain.PushReservation(new(ReservationType.Static, "r")) : plain);
        }
        return Resources.Of(list);
    }
}
