using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Tests.Apps;

public class AutoscalerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly AutoscalingSpec Spec = new() { Min = 1, Max = 10, Targets = [new() { Metric = "requests", Value = 100 }] };

    [Fact]
    public void The_target_that_wants_most_counts_and_the_arithmetic_is_told()
    {
        var spec = Spec with { Targets = [new() { Metric = "requests", Value = 100 }, new() { Metric = "cpu", Value = 0.5 }] };

        var decision = Autoscaler.Decide(spec, 2, [new("requests", 450, 2), new("cpu", 1.2, 2)], default, Start);

        // ceil(450 / 100) = 5, ceil(1.2 / 0.5) = 3.
        decision.Instances.ShouldBe(5);
        decision.Arithmetic.ShouldBe("requests: ceil(450 / 100) = 5; cpu: ceil(1.2 / 0.5) = 3");
    }

    [Fact]
    public void A_load_near_its_target_changes_nothing() =>
        // 215 / 200 = 1.075 is within a tenth.
        Autoscaler.Decide(Spec, 2, [new("requests", 215, 2)], default, Start).Instances.ShouldBe(2);

    [Fact]
    public void It_goes_down_only_when_the_whole_window_agrees()
    {
        var decision = Autoscaler.Decide(Spec, 5, [new("requests", 500, 5)], default, Start);
        decision = Autoscaler.Decide(Spec, 5, [new("requests", 100, 5)], decision.History, Start.AddSeconds(299));
        decision.Instances.ShouldBe(5);
        decision.Arithmetic.ShouldEndWith("the highest wish of the last 300 s is 5");
        Autoscaler.Decide(Spec, 5, [new("requests", 100, 5)], decision.History, Start.AddSeconds(300)).Instances.ShouldBe(1);
    }

    [Fact]
    public void It_goes_up_by_the_lowest_wish_of_its_window()
    {
        var spec = Spec with { ScaleUpWindowSeconds = 60 };
        ValueList<AutoscalingWish> history = [new(Start, 3)];
        Autoscaler.Decide(spec, 2, [new("requests", 900, 2)], history, Start.AddSeconds(30)).Instances.ShouldBe(3);
        Autoscaler.Decide(spec, 2, [new("requests", 900, 2)], history, Start.AddSeconds(60)).Instances.ShouldBe(9);
    }

    [Fact]
    public void Minimum_and_maximum_hold_and_zero_is_reached_only_where_it_is_allowed()
    {
        var spec = Spec with { ScaleDownWindowSeconds = 0 };
        Autoscaler.Decide(spec, 2, [new("requests", 5000, 2)], default, Start).Instances.ShouldBe(10);
        Autoscaler.Decide(spec, 2, [new("requests", 0, 2)], default, Start).Instances.ShouldBe(1);
        Autoscaler.Decide(spec with { Min = 0 }, 2, [new("requests", 0, 2)], default, Start).Instances.ShouldBe(0);
        Autoscaler.Decide(spec with { Min = 0 }, 0, [new("requests", 150, 0)], default, Start).Instances.ShouldBe(2);
    }

    [Fact]
    public void Without_measurements_the_number_stays()
    {
        var decision = Autoscaler.Decide(Spec, 4, [], default, Start);
        decision.Instances.ShouldBe(4);
        decision.Arithmetic.ShouldBe("requests was not measured");
    }

    [Fact]
    public void On_part_of_the_measurements_it_goes_up_and_not_down()
    {
        var spec = Spec with { ScaleDownWindowSeconds = 0, Targets = [new() { Metric = "cpu", Value = 0.5 }, new() { Metric = "requests", Value = 100 }] };
        var down = Autoscaler.Decide(spec, 4, [new("cpu", 0.2, 4)], default, Start);
        down.Instances.ShouldBe(4);
        down.Arithmetic.ShouldEndWith("nothing is taken away on part of the measurements: 4");
        // ceil(4 / 0.5) = 8
        Autoscaler.Decide(spec, 4, [new("cpu", 4, 4)], default, Start).Instances.ShouldBe(8);
    }

    [Fact]
    public void Instances_that_were_not_measured_are_taken_to_be_like_the_others() =>
        // 2 of 4 have 300 together: 600 in all.
        Autoscaler.Decide(Spec, 4, [new("requests", 300, 2)], default, Start).Instances.ShouldBe(6);
}
