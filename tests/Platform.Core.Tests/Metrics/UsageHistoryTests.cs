using Platform.Core.Metrics;

namespace Platform.Core.Tests.Metrics;

public class UsageHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly UsageHistory _history = new();

    [Fact]
    public void A_point_is_the_average_of_the_cpus_and_the_most_of_the_memory_in_its_while()
    {
        Add(0, ("a", 1, 100));
        Add(5, ("a", 3, 300));
        Add(10, ("a", 2, 200));
        Add(30, ("a", 7, 50));

        // (1 + 3 + 2) / 3; the most of 100, 300 and 200.
        _history.Read("a", Start.AddSeconds(30)).ShouldBe([new(Start, 2, 300), new(Start.AddSeconds(30), 7, 50)]);
    }

    [Fact]
    public void What_was_not_measured_is_no_point_and_what_is_older_than_an_hour_is_gone()
    {
        Add(0, ("a", 1, 1));
        Add(60, ("a", 2, 2));
        Add(3_640, ("a", 3, 3));

        // The while an hour before 3,640 s began at 30 s.
        _history.Read("a", Start.AddSeconds(3_640)).Select(point => point.Cpus).ShouldBe([2, 3]);
        _history.Read("a", Start.AddSeconds(3_700)).Select(point => point.Cpus).ShouldBe([3]);
    }

    [Fact]
    public void A_task_that_is_measured_no_more_is_forgotten()
    {
        Add(0, ("a", 1, 1), ("b", 1, 1));
        Add(30, ("b", 1, 1));

        _history.Read("a", Start.AddSeconds(30)).ShouldBeEmpty();
        _history.Read("b", Start.AddSeconds(30)).Count.ShouldBe(2);
    }

    [Fact]
    public void A_day_of_heartbeats_holds_no_more_than_an_hour_of_points()
    {
        for (var second = 0; second < 86_400; second += 5)
            Add(second, ("a", 1, 1), ("b", 1, 1));

        // 3,600 / 30, and the one that has begun, for each of the two.
        _history.Count.ShouldBe(2 * 121);
    }

    [Fact]
    public void A_clock_that_goes_back_adds_to_the_newest_point()
    {
        Add(120, ("a", 1, 1));
        Add(40, ("a", 3, 9));

        _history.Read("a", Start.AddSeconds(120)).ShouldBe([new(Start.AddSeconds(120), 2, 9)]);
    }

    private void Add(int second, params (string, double, long)[] tasks) => _history.Add(Start.AddSeconds(second), tasks);
}
