using System.Globalization;
using NodaTime;

namespace Platform.Core.Schedules;

/// <summary>A start and every multiple of a period after it, as ISO 8601 writes <c>R5/2026-03-01T13:00:00Z/P1D</c>.</summary>
/// <remarks>
/// Years, months, weeks and days move the wall clock of the zone, hours and less are elapsed time. The n-th instant is the start
/// plus n periods, so that the 31st of a month is due on the 28th of February and on the 31st of March. A time that does not exist
/// is due at the next valid instant, one that occurs twice at the first.
/// </remarks>
internal sealed class RepeatingSchedule : Schedule
{
    private static readonly DateTimeOffset End = new(9900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LocalDateTime _start;
    private readonly long _months;
    private readonly long _days;
    private readonly TimeSpan _time;
    private readonly double _seconds;
    private readonly long? _count;
    private readonly string _period;

    internal RepeatingSchedule(long? count, LocalDateTime start, Period period, string periodText, ScheduleZone zone)
        : base(zone)
    {
        _start = start;
        _period = periodText;
        _months = (12L * period.Years) + period.Months;
        _days = (7L * period.Weeks) + period.Days;
        _time = TimeSpan.FromHours(period.Hours) + TimeSpan.FromMinutes(period.Minutes) + TimeSpan.FromSeconds(period.Seconds)
            + TimeSpan.FromMilliseconds(period.Milliseconds) + TimeSpan.FromTicks(period.Ticks + (period.Nanoseconds / 100));
        // A year of the calendar has 365.2425 days.
        _seconds = (_months * 365.2425 / 12 * 86_400) + (_days * 86_400.0) + _time.TotalSeconds;
        // Without a period all repetitions are one.
        _count = _seconds == 0 ? Math.Min(count ?? 1, 1) : count;
        Start = zone.InstantOf(start);
    }

    /// <summary>The first instant.</summary>
    internal DateTimeOffset Start { get; }

    /// <summary>Length of a period on average, seconds.</summary>
    internal double AverageSeconds => _seconds;

    public override string Describe()
    {
        var start = Zone.Show(Start).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return _count switch
        {
            0 => "never",
            1 => $"once, at {start}",
            null => $"every {_period} from {start} on, {Zone.Id}",
            _ => $"{_count} times, every {_period} from {start} on, {Zone.Id}",
        };
    }

    public override long? CountAfter(DateTimeOffset after) => _count is { } count ? Math.Max(0, count - IndexAfter(after)) : null;

    private protected override DateTimeOffset? Following(DateTimeOffset after)
    {
        var index = IndexAfter(after);
        return _count is { } count && index >= count ? null : At(index);
    }

    // The first index whose instant is later.
    private long IndexAfter(DateTimeOffset after)
    {
        if (after < Start)
            return 0;
        if (_seconds == 0)
            return 1;
        // An estimate below the truth: calendars and offsets move an instant by no more than a few days.
        var slack = _months == 0 && _days == 0 ? 0 : 5 * 86_400;
        var index = Math.Max(0, (long)(((after - Start).TotalSeconds - slack) / _seconds) - 1);
        while (At(index) is { } instant && instant <= after)
            index++;
        return index;
    }

    private DateTimeOffset? At(long index)
    {
        // Past the end of calendars there is nothing.
        if ((End - Start).TotalSeconds < index * _seconds)
            return null;
        var local = _months == 0 ? _start : _start.PlusMonths(checked((int)(_months * index)));
        if (_days != 0)
            local = local.PlusDays(checked((int)(_days * index)));
        return Zone.InstantOf(local) + TimeSpan.FromTicks(_time.Ticks * index);
    }
}
