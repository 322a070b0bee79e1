using Cronos;

namespace Platform.Core.Schedules;

/// <summary>The due instants of a cron expression.</summary>
/// <remarks>
/// At a change of the clock a time that does not exist is due at the next valid instant and a time that occurs twice is due once, but
/// expressions that repeat within the hour or every few hours go on by elapsed time.
/// Cronos finds the times of the wall clock only. Its own way through changes takes the offset that a zone calls standard for the later one, which in
/// zones that set their clocks back for a season (Dublin, Casablanca) or changed that offset loses due times, doubles them, or goes backwards.
/// </remarks>
internal sealed class CronSchedule(CronExpression expression, CronExpression? either, CronFields fields, ScheduleZone zone) : Schedule(zone)
{
    public override string Describe() => $"{fields.Describe()}, {Zone.Id}";

    private protected override DateTimeOffset? Following(DateTimeOffset after) =>
        fields.RepeatsByElapsedTime ? ByElapsedTime(after) : ByWallClock(after);

    // Instants of later wall times are never earlier, so that the first one that is later than the given instant is the next one.
    private DateTimeOffset? ByWallClock(DateTimeOffset after)
    {
        var wall = Zone.SpanAt(after).WallOf(after);
        while (NextWall(wall, inclusive: false) is { } next)
        {
            var instant = Zone.InstantOf(next);
            if (instant > after)
                return instant;
            wall = next;
        }
        return null;
    }

    // Each span without a change of the clock by itself: what is there twice is due in both, what is between two of them in neither.
    private DateTimeOffset? ByElapsedTime(DateTimeOffset after)
    {
        var span = Zone.SpanAt(after);
        var (wall, inclusive) = (span.WallOf(after), false);
        while (NextWall(wall, inclusive) is { } next)
        {
            if (next < span.WallEnd)
                return span.InstantOf(next);
            var following = Zone.SpanAt(span.End);
            // Only what names its hours would miss one.
            if (fields.RestrictsHours && next < following.WallStart)
                return span.End;
            (span, wall, inclusive) = (following, following.WallStart, true);
        }
        return null;
    }

    private DateTime? NextWall(DateTime after, bool inclusive)
    {
        var first = expression.GetNextOccurrence(after, inclusive);
        if (either is null)
            return first;
        var second = either.GetNextOccurrence(after, inclusive);
        return first is null || second < first ? second : first;
    }
}
