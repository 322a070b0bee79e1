using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;

namespace Platform.Core.Schedules;

/// <summary>Reads repeating intervals as Chronos' <c>Iso8601Expressions</c> does.</summary>
internal static partial class RepeatingParser
{
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    internal static bool IsRepeating(string expression) => expression.Trim().StartsWith('R') && expression.Contains('/', StringComparison.Ordinal);

    /// <param name="spec">The schedule.</param>
    /// <param name="zone">Its zone; null: the offset of the start counts.</param>
    /// <param name="excluded">Days to leave out.</param>
    /// <param name="now">The start when the expression has none.</param>
    /// <param name="path">Where the expression is.</param>
    /// <param name="problems">Receives what is wrong.</param>
    internal static Schedule? Parse(ScheduleSpec spec, ScheduleZone? zone, ExcludedDays excluded, DateTimeOffset now, string path, List<SpecProblem> problems)
    {
        var text = spec.Expression.Trim();
        if (Shape().Match(text) is not { Success: true } match)
        {
            problems.Add(new(path, $"'{text}' is no repeating interval; write R[times]/[start]/period, such as R/2026-03-01T13:00:00Z/P1D"));
            return null;
        }
        var before = problems.Count;
        long? count = null;
        if (match.Groups["count"].ValueSpan is { Length: > 0 } digits)
        {
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                count = number;
            else
                problems.Add(new(path, $"R{digits} is too many repetitions; leave the number out to repeat for ever"));
        }
        var period = PeriodOf(match.Groups["period"].Value, path, problems);
        var start = StartOf(match.Groups["start"].Value, zone, now, path, problems);
        if (problems.Count > before || period is null || start is not { } begin)
            return null;
        var schedule = new RepeatingSchedule(count, begin.Local, period, match.Groups["period"].Value, begin.Zone) { Excluded = excluded };
        if (schedule.Start < Epoch)
            problems.Add(new(path, $"the start {match.Groups["start"].Value} lies before 1970; begin later"));
        if (schedule.AverageSeconds is > 0 and < 1)
            problems.Add(new(path, $"the period {match.Groups["period"].Value} is shorter than a second; make it longer"));
        return problems.Count > before ? null : schedule;
    }

    private static Period? PeriodOf(string text, string path, List<SpecProblem> problems)
    {
        if (text is "P" or "PT")
            return Period.Zero;
        var parsed = PeriodPattern.NormalizingIso.Parse(text);
        if (parsed.Success && !text.Contains('-', StringComparison.Ordinal))
        {
            var period = parsed.Value;
            if (period.Years <= 9000 && period.Months <= 100_000 && (period.Weeks * 7L) + period.Days <= 3_000_000 && period.Hours < 80_000_000)
                return period;
        }
        problems.Add(new(path, $"'{text}' is no period; write P[years]Y[months]M[weeks]W[days]DT[hours]H[minutes]M[seconds]S, such as P1D or PT15M"));
        return null;
    }

    private static (LocalDateTime Local, ScheduleZone Zone)? StartOf(string text, ScheduleZone? zone, DateTimeOffset now, string path, List<SpecProblem> problems)
    {
        if (text.Length == 0)
            return ((zone ?? ScheduleZone.Utc).LocalOf(now), zone ?? ScheduleZone.Utc);
        var match = Moment().Match(text);
        if (match.Success && LocalDatePattern.Iso.Parse(match.Groups["date"].Value) is { Success: true } date)
        {
            var hour = Part(match, "hour");
            var minute = Part(match, "minute");
            var second = match.Groups["second"].Success ? decimal.Parse(match.Groups["second"].Value.Replace(',', '.'), CultureInfo.InvariantCulture) : 0;
            var offset = match.Groups["offset"].Value is "" or "Z" ? TimeSpan.Zero : ScheduleZone.TryOffset(match.Groups["offset"].Value);
            if (hour <= 23 && minute <= 59 && second < 60 && offset is { } fixedOffset)
            {
                var local = date.Value.AtMidnight().PlusHours(hour).PlusMinutes(minute).PlusTicks((long)(second * TimeSpan.TicksPerSecond));
                // A zone overrides the offset and keeps the wall clock.
                return (local, zone ?? ScheduleZone.OfOffset(fixedOffset));
            }
        }
        problems.Add(new(path, $"'{text}' is no instant; write one such as 2026-03-01T13:00:00Z, or nothing to begin at once"));
        return null;
    }

    private static int Part(Match match, string name) =>
        match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^R(?<count>[0-9]*)/(?<start>[^/]*)/(?<period>P[^/]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    [GeneratedRegex("^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(T(?<hour>[0-9]{2})(:?(?<minute>[0-9]{2})(:?(?<second>[0-9]{2}([.,][0-9]{1,7}[0-9]*)?))?)?(?<offset>Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();
}
