using FsCheck;
using FsCheck.Fluent;
using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

public class KillOrderTests
{
    private static readonly AppSpec Spec = new() { Id = "/web" };

    [Fact]
    public void Condition_decides_before_age()
    {
        var running = AppSimulation.Instance("running", "v1", 4);
        var starting = AppSimulation.Instance("starting", "v1", 3) with { State = TaskState.Starting };
        var staging = AppSimulation.Instance("staging", "v1", 2) with { State = TaskState.Staging };
        var unreachable = AppSimulation.Instance("unreachable", "v1", 1) with { State = TaskState.Unreachable };

        Names(KillOrder.Choose([running, starting, staging, unreachable], Spec, 4)).ShouldBe(["unreachable", "staging", "starting", "running"]);
    }

    [Fact]
    public void The_youngest_or_the_oldest_goes_first_as_the_app_says()
    {
        var old = AppSimulation.Instance("old", "v1", 1);
        var young = AppSimulation.Instance("young", "v1", 2);

        Names(KillOrder.Choose([old, young], Spec, 1)).ShouldBe(["young"]);
        Names(KillOrder.Choose([old, young], Spec with { KillSelection = KillSelection.OldestFirst }, 1)).ShouldBe(["old"]);
    }

    [Fact]
    public void Who_has_to_leave_goes_before_all_others()
    {
        var leaving = AppSimulation.Instance("leaving", "v1", 1) with { EvictReason = "drain" };
        var staging = AppSimulation.Instance("staging", "v1", 3) with { State = TaskState.Staging };

        Names(KillOrder.Choose([staging, leaving], Spec, 1)).ShouldBe(["leaving"]);
    }

    [Fact]
    public void Who_does_not_serve_goes_before_who_does_whatever_the_age_and_the_balance()
    {
        var spec = Spec with { Constraints = [new("rack", "GROUP_BY")] };
        InstanceState[] instances =
        [
            On("a1", "a", 1), On("a2", "a", 2),
            On("sick", "b", 0) with { HasHealthChecks = true, Healthy = false }, On("unknown", "b", 3) with { HasHealthChecks = true },
        ];

        // By balance and age it would be unknown of b and a2 of a.
        Names(KillOrder.Choose(instances, spec, 2)).ShouldBe(["sick", "unknown"], ignoreOrder: true);
        Names(KillOrder.Choose(instances, spec, 3)).Last().ShouldBe("a2");
    }

    [Fact]
    public void A_spread_over_groups_is_made_even_before_age_counts()
    {
        var spec = Spec with { Constraints = [new("rack", "GROUP_BY")] };
        // Rack a has 3 and rack b has 1: two of a go, the younger ones first, although the one of b is the youngest of all.
        InstanceState[] instances =
        [
            On("a1", "a", 1), On("a2", "a", 2), On("a3", "a", 3), On("b1", "b", 4),
        ];

        Names(KillOrder.Choose(instances, spec, 2)).ShouldBe(["a3", "a2"]);
    }

    [Fact]
    public void An_even_spread_stays_even_whatever_the_ages_are()
    {
        // Marathon's ConstraintsTest: of 20 on two hosts 10 go, 5 of each. Here all of one host are younger.
        InstanceState[] instances = [.. Enumerable.Range(0, 20).Select(number => On($"i{number}", number < 10 ? "a" : "b", number))];

        KillOrder.Choose(instances, Grouped("rack"), 10).Count(instance => instance.Attributes.Find("rack") == "a").ShouldBe(5);
    }

    [Fact]
    public void Only_the_fuller_group_gives_until_it_is_as_small_as_the_other()
    {
        InstanceState[] instances = [.. Enumerable.Range(0, 30).Select(number => On($"i{number}", number < 20 ? "a" : "b", number))];

        KillOrder.Choose(instances, Grouped("rack"), 10).ShouldAllBe(instance => instance.Attributes.Find("rack") == "a");
    }

    [Fact]
    public void Several_groups_that_are_equally_full_give_in_turn()
    {
        InstanceState[] instances = [.. "aaaabbbbc".Select((rack, number) => On($"i{number}", $"{rack}", number))];

        // 4, 4 and 1: the youngest of the full ones is i7 of b; then a is the fullest, and so on.
        Names(KillOrder.Choose(instances, Grouped("rack"), 4)).ShouldBe(["i7", "i3", "i6", "i2"]);
    }

    [Fact]
    public void Two_spreads_are_kept_even_together()
    {
        InstanceState[] instances =
        [
            .. Enumerable.Range(0, 40).Select(number => AppSimulation.Instance($"i{number:D2}", "v1", number) with
            {
                Attributes = Core.Collections.ValueMap.Create(("rack", number < 20 ? "1" : "2"), ("color", number / 10 % 2 == 0 ? "blue" : "green")),
            }),
        ];
        var gone = KillOrder.Choose(instances, Grouped("rack", "color"), 20);

        gone.Count(instance => instance.Attributes.Find("rack") == "1").ShouldBe(10);
        gone.Count(instance => instance.Attributes.Find("color") == "blue").ShouldBe(10);
    }

    [Fact]
    public void Groups_end_as_even_as_they_can_be_and_nobody_goes_twice() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            InstanceState[] instances = [.. Enumerable.Range(0, 1 + random.Next(30)).Select(number => On($"i{number:D2}", $"r{random.Next(1 + random.Next(6))}", random.Next(50)))];
            var count = random.Next(instances.Length + 1);
            var gone = KillOrder.Choose(instances, Grouped("rack"), count);
            gone.Select(instance => instance.InstanceId).Distinct().Count().ShouldBe(count);

            // The fullest group gives, over and over: no other choice leaves a smaller largest group.
            var sizes = instances.CountBy(instance => instance.Attributes.Find("rack")!).ToDictionary(pair => pair.Key, pair => pair.Value);
            for (var step = 0; step < count; step++) sizes[sizes.MaxBy(pair => pair.Value).Key]--;
            var left = instances.Except(gone).CountBy(instance => instance.Attributes.Find("rack")!).Select(pair => pair.Value).Order().ToArray();
            left.ShouldBe(sizes.Values.Where(size => size > 0).Order().ToArray());
        }));

    private static AppSpec Grouped(params string[] fields) => Spec with { Constraints = [.. fields.Select(field => new ConstraintSpec(field, "GROUP_BY"))] };

    private static InstanceState On(string name, string rack, int started) =>
        AppSimulation.Instance(name, "v1", started) with { Attributes = Core.Collections.ValueMap.Create(("rack", rack)) };

    private static IEnumerable<string> Names(IEnumerable<InstanceState> instances) => instances.Select(instance => instance.InstanceId);
}
