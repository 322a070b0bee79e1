using NodaTime;

namespace Platform.Core.Tests.Schedules;

/// <summary>The slow and plain reading of a cron expression of five fields: looks at every minute.</summary>
internal sealed class MinuteWalk(string text, bool either)
{
    private readonly string[] _fields = text.Split(' ');

    // By the number of the field and the value.
    private readonly bool[][] _due = [.. text.Split(' ').Select((field, i) => Enumerable.Range(0, 60).Select(value => Has(field, value, i is 2 or 3 ? 1 : 0)).ToArray())];

    private bool GoesOnByElapsedTime => (_fields[0] + _fields[1]).IndexOfAny(['*', '-', '/']) >= 0;

    /// <summary>The due minutes in (after, until] in UTC.</summary>
    internal IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until) =>
        Minutes(after, until).Where(minute => Matches(minute.UtcDateTime));

    /// <summary>The due minutes in (after, until] by the wall clock of a zone.</summary>
    internal IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until, DateTimeZone zone)
    {
        foreach (var minute in Minutes(after, until))
        {
            var (before, now) = (WallAt(minute.AddMinutes(-1)), WallAt(minute));
            var isDue = Matches(now) && (GoesOnByElapsedTime || IsFirst(now, minute));
            // What the clock has jumped over is made up for, but not what comes every hour anyway.
            if (!GoesOnByElapsedTime || _fields[1] != "*")
            {
                for (var skipped = before.AddMinutes(1); skipped < now; skipped = skipped.AddMinutes(1))
                    isDue |= Matches(skipped) && (GoesOnByElapsedTime || zone.MapLocal(LocalDateTime.FromDateTime(skipped)).Count == 0);
            }
            if (isDue)
                yield return minute;
        }

        DateTime WallAt(DateTimeOffset minute) => Instant.FromDateTimeOffset(minute).InZone(zone).ToDateTimeUnspecified();
        bool IsFirst(DateTime wall, DateTimeOffset minute) => zone.AtLeniently(LocalDateTime.FromDateTime(wall)).ToDateTimeOffset() == minute;
    }

    private static IEnumerable<DateTimeOffset> Minutes(DateTimeOffset after, DateTimeOffset until)
    {
        for (var minute = after.AddTicks(-(after.Ticks % TimeSpan.TicksPerMinute)).AddMinutes(1); minute <= until; minute = minute.AddMinutes(1))
            yield return minute;
    }

    private bool Matches(DateTime wall)
    {
        if (!_due[0][wall.Minute] || !_due[1][wall.Hour] || !_due[3][wall.Month])
            return false;
        var (day, weekday) = (_due[2][wall.Day], _due[4][(int)wall.DayOfWeek]);
        return either && _fields[2][0] != '*' && _fields[4][0] != '*' ? day || weekday : day && weekday;
    }

    private static bool Has(string field, int value, int least) => field.Split(',').Any(part =>
        part == "*"
        || (part.StartsWith("*/", StringComparison.Ordinal) && (value - least) % int.Parse(part[2..]) == 0)
        || (part.Split('-') is [var first, var last] && value >= int.Parse(first) && value <= int.Parse(last))
        || (int.TryParse(part, out var only) && only == value));
}
