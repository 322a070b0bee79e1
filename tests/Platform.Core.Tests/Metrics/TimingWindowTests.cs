using Platform.Core.Metrics;

namespace Platform.Core.Tests.Metrics;

public class TimingWindowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Percentiles_lie_between_the_two_nearest()
    {
        var window = new TimingWindow();
        foreach (var time in (int[])[40, 10, 30, 20])
            window.Add(Start, TimeSpan.FromMilliseconds(time));
        var summary = window.Summarize(Start)!;
        (summary.Count, summary.Last, summary.Min, summary.Max).ShouldBe((4, 20d, 10d, 40d));
        // Of 4 the median is at 0.5 * 3 = 1.5, between 20 and 30; 0.9 * 3 = 2.7, from 30 on 0.7 of the way to 40.
        summary.P50.ShouldBe(25, 1e-9);
        summary.P90.ShouldBe(37, 1e-9);
        summary.P95.ShouldBe(38.5, 1e-9);
        summary.P99.ShouldBe(39.7, 1e-9);
        summary.P999.ShouldBe(39.97, 1e-9);
        summary.P9999.ShouldBe(39.997, 1e-9);
    }

    [Fact]
    public void What_is_older_than_an_hour_or_before_the_latest_thousand_does_not_count()
    {
        var window = new TimingWindow();
        window.Summarize(Start).ShouldBeNull();
        for (var i = 0; i < TimingWindow.Most + 1; i++)
            window.Add(Start, TimeSpan.FromMilliseconds(i));
        var summary = window.Summarize(Start)!;
        (summary.Count, summary.Min, summary.Max).ShouldBe((TimingWindow.Most, 1d, TimingWindow.Most));
        window.Add(Start + TimeSpan.FromMinutes(30), TimeSpan.FromMilliseconds(7));
        window.Summarize(Start + TimeSpan.FromMinutes(61))!.ShouldBe(new TimingSummary
        {
            Count = 1, Last = 7, Min = 7, Max = 7, P50 = 7, P90 = 7, P95 = 7, P99 = 7, P999 = 7, P9999 = 7,
        });
        window.Summarize(Start + TimeSpan.FromHours(2)).ShouldBeNull();
    }
}
