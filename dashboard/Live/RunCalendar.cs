using Platform.Core.Jobs;

namespace Platform.Dashboard.Live;

/// <summary>What a job did on a day, and is to do.</summary>
/// <param name="Day">The day in the viewer's zone.</param>
/// <param name="IsInMonth">It is of the month that is shown, not of the weeks around it.</param>
/// <param name="Succeeded">Runs that began on it and succeeded.</param>
/// <param name="Failed">Runs that began on it and failed.</param>
/// <param name="Stopped">Runs that began on it and were stopped.</param>
/// <param name="Live">Runs that began on it and go on.</param>
/// <param name="Due">Due times that are still to come.</param>
public sealed record CalendarDay(DateOnly Day, bool IsInMonth, int Succeeded, int Failed, int Stopped, int Live, int Due)
{
    /// <summary>In words.</summary>
    public string Summary => string.Join(", ", ((string?[])
    [
        Succeeded > 0 ? $"{Succeeded} succeeded" : null, Failed > 0 ? $"{Failed} failed" : null, Stopped > 0 ? $"{Stopped} stopped" : null,
        Live > 0 ? $"{Live} {(Live == 1 ? "goes" : "go")} on" : null, Due > 0 ? $"{Due} due" : null,
    ]).OfType<string>());
}

/// <summary>A month of a job's runs, week by week from Monday on.</summary>
internal static class RunCalendar
{
    /// <summary>The days of all weeks that have a day of the month.</summary>
    /// <param name="month">Any day of it.</param>
    /// <param name="runs">Runs, in any order; each counts for the day on which it began.</param>
    /// <param name="due">Instants that are due.</param>
    /// <param name="zone">Whose days.</param>
    public static IReadOnlyList<CalendarDay> Of(DateOnly month, IEnumerable<RunState> runs, IEnumerable<DateTimeOffset> due, TimeZoneInfo zone)
    {
        var first = new DateOnly(month.Year, month.Month, 1);
        var from = first.AddDays(-(((int)first.DayOfWeek + 6) % 7));
        var last = first.AddMonths(1).AddDays(-1);
        var until = last.AddDays((7 - (int)last.DayOfWeek) % 7);
        var byDay = runs.ToLookup(run => DayOf(run.StartedAt ?? run.CreatedAt, zone));
        var dueByDay = due.CountBy(at => DayOf(at, zone)).ToDictionary();
        var days = new List<CalendarDay>();
        for (var day = from; day <= until; day = day.AddDays(1))
        {
            var its = byDay[day];
            int Count(Func<RunState, bool> fits) => its.Count(fits);
            days.Add(new(
                day, day.Month == first.Month, Count(run => run.Phase == RunPhase.Succeeded), Count(run => run.Phase == RunPhase.Failed), Count(run => run.Phase == RunPhase.Stopped),
                Count(run => !run.Ended), dueByDay.GetValueOrDefault(day)));
        }
        return days;
    }

    /// <summary>The day of an instant.</summary>
    public static DateOnly DayOf(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>The month that an address names, such as 2026-11; null: it names none.</summary>
    public static DateOnly? MonthOf(string? text) =>
        DateOnly.TryParseExact(text + "-01", "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var month) && month.Year is > 1 and < 9999 ? month : null;
}
