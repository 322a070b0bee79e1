using Platform.Api.Events;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class EventBarsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Events_are_counted_in_stretches_that_people_count_in()
    {
        // Newest first, over 101 s: stretches of 2 s are 51.
        var bars = EventBars.Of([At(101, "TASK_FAILED"), At(3), At(2), At(0)], 60);
        bars.Count.ShouldBe(51);
        bars[0].ShouldBe(new(Start, TimeSpan.FromSeconds(2), 1, 0));
        bars[1].ShouldBe(new(Start.AddSeconds(2), TimeSpan.FromSeconds(2), 2, 0));
        bars[^1].ShouldBe(new(Start.AddSeconds(100), TimeSpan.FromSeconds(2), 1, 1));
        bars.Sum(bar => bar.All).ShouldBe(4);
    }

    [Fact]
    public void Much_time_makes_no_more_of_them()
    {
        EventBars.Of([At(86_400 * 400), At(0)], 60).Count.ShouldBeLessThanOrEqualTo(60);
        EventBars.Of([At(0)], 60).ShouldHaveSingleItem().All.ShouldBe(1);
        EventBars.Of([], 60).ShouldBeEmpty();
    }

    private static StreamedEvent At(int seconds, string state = "TASK_RUNNING") =>
        new(new() { Type = "status_update_event", Timestamp = Start.AddSeconds(seconds), Json = $$"""{"taskStatus":"{{state}}"}""" });
}
