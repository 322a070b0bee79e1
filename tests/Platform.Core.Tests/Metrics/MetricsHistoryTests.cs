using Platform.Core.Metrics;

namespace Platform.Core.Tests.Metrics;

public class MetricsHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly MetricsHistory _history = new();

    private MetricsPoint At(int seconds, double tasks) => new() { At = Start.AddSeconds(seconds), Tasks = tasks };

    [Fact]
    public void A_minute_that_is_over_becomes_the_average_of_its_points()
    {
        for (var i = 0; i < 6; i++)
            _history.Add(At(i * 10, tasks: i));
        _history.Read(MetricsSpan.Day, Start.AddSeconds(50)).ShouldBeEmpty();

        _history.Add(At(60, tasks: 100));

        // (0 + 1 + 2 + 3 + 4 + 5) / 6 = 2.5
        _history.Read(MetricsSpan.Day, Start.AddSeconds(60)).ShouldHaveSingleItem().ShouldBe(new MetricsPoint { At = Start, Tasks = 2.5 });
    }

    [Fact]
    public void Ten_minutes_become_the_average_of_their_minutes()
    {
        for (var i = 0; i <= 60; i++)
            _history.Add(At(i * 10, tasks: i / 6));

        // The minutes average 0 to 9: (0 + ... + 9) / 10 = 4.5
        _history.Read(MetricsSpan.Month, Start.AddSeconds(600)).ShouldHaveSingleItem().Tasks.ShouldBe(4.5);
    }

    [Fact]
    public void It_never_has_more_points_than_its_bounds()
    {
        var places = new HashSet<string>();
        for (var i = 0; i < 2 * 360; i++)
            places.UnionWith(_history.Add(At(i * 10, i)).Select(stored => stored.Key));
        var now = Start.AddSeconds(7200);

        _history.Read(MetricsSpan.Hour, now).Count.ShouldBe(360);
        places.Count(place => place.StartsWith("Hour", StringComparison.Ordinal)).ShouldBe(360);
        // The first of 120 minutes to the last but one.
        _history.Read(MetricsSpan.Day, now).Count.ShouldBe(119);
    }

    [Fact]
    public void What_was_stored_is_there_again_and_the_while_that_was_begun_goes_on()
    {
        var stored = Enumerable.Range(0, 4).SelectMany(i => _history.Add(At(i * 10, tasks: i))).ToList();
        var restored = new MetricsHistory();
        stored.ForEach(restored.Restore);

        restored.Read(MetricsSpan.Hour, Start.AddSeconds(40)).ShouldBe(_history.Read(MetricsSpan.Hour, Start.AddSeconds(40)));
        restored.Add(At(60, 0)).ShouldContain(point => point.Span == MetricsSpan.Day && point.Point.Tasks == 1.5);
    }

    [Fact]
    public void What_is_older_than_a_span_is_not_read()
    {
        _history.Add(At(0, 1));

        _history.Read(MetricsSpan.Hour, Start.AddSeconds(3600)).Count.ShouldBe(1);
        _history.Read(MetricsSpan.Hour, Start.AddSeconds(3601)).ShouldBeEmpty();
    }
}
