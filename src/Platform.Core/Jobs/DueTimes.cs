using Platform.Core.Schedules;

namespace Platform.Core.Jobs;

/// <summary>Which due times of a job become runs.</summary>
public static class DueTimes
{
    /// <summary>What is due so recently is on time.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromSeconds(10);

    /// <summary>Most runs that one decision makes.</summary>
    public const int Most = 1000;

    /// <summary>The due times to run, in order; every one up to <paramref name="now"/> is decided with that.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="spec">Its rules for what was missed.</param>
    /// <param name="cursor">Every due time up to here was decided before.</param>
    /// <param name="now">The instant.</param>
    public static DueDecision Decide(Schedule schedule, JobScheduleSpec spec, DateTimeOffset cursor, DateTimeOffset now)
    {
        if (now <= cursor)
            return new([], cursor, 0);
        var deadline = spec.StartingDeadlineSeconds is { } seconds ? now.AddSeconds(-seconds) : DateTimeOffset.MinValue;
        var fresh = Later(cursor, now - OnTime);
        var runs = new List<DateTimeOffset>();
        var skipped = 0L;
        if (fresh > cursor)
        {
            var missed = spec.CatchUp switch
            {
                CatchUpPolicy.All => Last(schedule, Later(cursor, now.AddSeconds(-spec.CatchUpWindowSeconds)), fresh, Most),
                CatchUpPolicy.One => Last(schedule, cursor, fresh, 1),
                _ => [],
            };
            runs.AddRange(missed.Where(due => due >= deadline));
            skipped = schedule.NextAfter(cursor) is { } first && first <= fresh && runs.Count == 0 ? 1 : 0;
        }
        var onTime = schedule.After(fresh, Most).TakeWhile(due => due <= now).ToList();
        // One run makes up for all that was missed.
        if (spec.CatchUp == CatchUpPolicy.One && onTime.Count > 0)
            runs.Clear();
        runs.AddRange(onTime.Where(due => due >= deadline));
        return new(runs, now, skipped);
    }

    /// <summary>By how much a run starts later than it is due: the same for the same run.</summary>
    public static TimeSpan Jitter(string runId, double seconds) =>
        seconds <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds * (ScheduleParser.SeedOf(runId) % 10_007) / 10_007.0);

    // The last due times in (after, until], oldest first.
    private static List<DateTimeOffset> Last(Schedule schedule, DateTimeOffset after, DateTimeOffset until, int most)
    {
        // Looks back further and further, so that years of seconds cost no more than a few steps.
        for (var window = TimeSpan.FromSeconds(most); ; window *= 2)
        {
            var from = until - after <= window ? after : until - window;
            var found = schedule.After(from, (16 * most) + 16).TakeWhile(due => due <= until).ToList();
            if (found.Count >= (16 * most) + 16 || found.Count >= most || from == after)
            {
                // So many that the last ones were not reached: they lie close together, look at the end alone.
                while (found.Count > 0 && schedule.NextAfter(found[^1]) is { } next && next <= until)
                    found = schedule.After(found[^1], (16 * most) + 16).TakeWhile(due => due <= until).ToList();
                return found.Count <= most ? found : found[^most..];
            }
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>What becomes of due times.</summary>
/// <param name="Runs">The due times that become runs, in order.</param>
/// <param name="Cursor">Everything up to here is decided.</param>
/// <param name="Skipped">1 if something was missed and is left out.</param>
public sealed record DueDecision(IReadOnlyList<DateTimeOffset> Runs, DateTimeOffset Cursor, long Skipped);
