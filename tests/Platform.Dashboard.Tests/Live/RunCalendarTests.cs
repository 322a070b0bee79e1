using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class RunCalendarTests
{
    private static readonly JobSpec Spec = new() { Id = "j", Task = new() { Command = new CommandSpec { Shell = "true" } } };
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static RunState Run(DateTimeOffset start, RunPhase phase) =>
        new() { RunId = $"r{start:O}{phase}", Number = 1, Spec = Spec, StartedAt = start, Phase = phase, EndedAt = phase == RunPhase.Active ? null : start.AddMinutes(1) };

    [Fact]
    public void A_month_has_whole_weeks_from_Monday_on()
    {
        // 2026-11-01 is a Sunday, 2026-11-30 a Monday.
        var days = RunCalendar.Of(new(2026, 11, 15), [], [], TimeZoneInfo.Utc);

        (days[0].Day, days[^1].Day, days.Count).ShouldBe((new DateOnly(2026, 10, 26), new DateOnly(2026, 12, 6), 42));
        days.Count(day => day.IsInMonth).ShouldBe(30);
        RunCalendar.Of(new(2027, 2, 1), [], [], TimeZoneInfo.Utc).Count.ShouldBe(28);
    }

    [Fact]
    public void A_run_counts_for_the_day_on_which_it_began_where_the_viewer_is()
    {
        // 23:30 in UTC is half past midnight of the next day in Berlin.
        var late = new DateTimeOffset(2026, 11, 9, 23, 30, 0, TimeSpan.Zero);
        var days = RunCalendar.Of(new(2026, 11, 1), [Run(late, RunPhase.Failed), Run(late.AddHours(2), RunPhase.Succeeded), Run(late.AddHours(3), RunPhase.Active)], [late.AddDays(1), late.AddDays(1).AddHours(1)], Berlin);

        days.Single(day => day.Day.Day == 10 && day.IsInMonth).Summary.ShouldBe("1 succeeded, 1 failed, 1 goes on");
        days.Single(day => day.Day.Day == 11 && day.IsInMonth).Summary.ShouldBe("2 due");
        days.Single(day => day.Day.Day == 9 && day.IsInMonth).Summary.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("2026-11", 2026, 11)]
    [InlineData("2026-13", 0, 0)]
    [InlineData("0001-01", 0, 0)]
    [InlineData("", 0, 0)]
    [InlineData(null, 0, 0)]
    public void A_month_is_read_from_an_address(string? text, int year, int month) =>
        RunCalendar.MonthOf(text).ShouldBe(year == 0 ? null : new DateOnly(year, month, 1));

    [Fact]
    public void A_run_stands_in_its_window_as_far_as_it_is_in_it()
    {
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        RunSpan? Span(double start, double? end) => RunSpan.Of(
            new() { RunId = "r", Number = 1, Spec = Spec, StartedAt = from.AddMinutes(start), EndedAt = end is { } minutes ? from.AddMinutes(minutes) : null }, from, from.AddMinutes(100));

        Span(25, 75).ShouldBe(new RunSpan(0.25, 0.5));
        Span(-50, 50).ShouldBe(new RunSpan(0, 0.5));
        Span(80, null)!.Value.Width.ShouldBe(0.2, 1e-9);
        Span(-50, -10).ShouldBeNull();
        // Never too narrow to be seen, and never outside.
        Span(100, 100).ShouldBe(new RunSpan(1 - RunBar.Narrowest, RunBar.Narrowest));
    }
}
