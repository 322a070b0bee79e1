namespace Platform.Core.Schedules;

/// <summary>A set of due instants in order, finite or not.</summary>
public abstract class Schedule
{
    private const int MostExcludedDays = 3000;

    private protected Schedule(ScheduleZone zone) => Zone = zone;

    /// <summary>The zone of its wall clock.</summary>
    public ScheduleZone Zone { get; }

    /// <summary>Days that are left out.</summary>
    internal ExcludedDays Excluded { get; init; } = ExcludedDays.None;

    /// <summary>The first due instant after another one; null when there is none.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset after)
    {
        for (var skipped = 0; skipped < MostExcludedDays; skipped++)
        {
            if (Following(after) is not { } next)
                return null;
            if (Excluded.IsEmpty)
                return next;
            var day = Zone.LocalOf(next).Date;
            if (!Excluded.Contains(day))
                return next;
            // The whole day is out: go on with its end.
            after = Zone.StartOf(day.PlusDays(1)).AddTicks(-1);
            if (after < next)
                after = next;
        }
        return null;
    }

    /// <summary>The due instants after another one, at most <paramref name="most"/>.</summary>
    public IEnumerable<DateTimeOffset> After(DateTimeOffset after, int most)
    {
        for (var i = 0; i < most; i++)
        {
            if (NextAfter(after) is not { } next)
                yield break;
            yield return next;
            after = next;
        }
    }

    /// <summary>The schedule in words, such as <c>at 02:30 on Monday to Friday, Europe/Berlin</c>.</summary>
    public abstract string Describe();

    /// <summary>How many due instants lie after another one: null without an end.</summary>
    public virtual long? CountAfter(DateTimeOffset after) => null;

    private protected abstract DateTimeOffset? Following(DateTimeOffset after);
}
