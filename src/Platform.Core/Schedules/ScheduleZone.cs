using NodaTime;
using NodaTime.TimeZones;

namespace Platform.Core.Schedules;

/// <summary>A time zone of the IANA database.</summary>
public sealed class ScheduleZone
{
    /// <summary>The zone without an offset.</summary>
    public static readonly ScheduleZone Utc = new("UTC", DateTimeZone.Utc);

    private static readonly ZoneLocalMappingResolver Resolver =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    private static readonly Instant Earliest = Instant.FromDateTimeOffset(DateTimeOffset.MinValue);
    private static readonly Instant Latest = Instant.FromDateTimeOffset(DateTimeOffset.MaxValue);

    /// <summary>The three-letter names of Java's <c>TimeZone</c>, which old Chronos jobs use.</summary>
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        ["ACT"] = "Australia/Darwin",
        ["AET"] = "Australia/Sydney",
        ["AGT"] = "America/Argentina/Buenos_Aires",
        ["ART"] = "Africa/Cairo",
        ["AST"] = "America/Anchorage",
        ["BET"] = "America/Sao_Paulo",
        ["BST"] = "Asia/Dhaka",
        ["CAT"] = "Africa/Harare",
        ["CNT"] = "America/St_Johns",
        ["CST"] = "America/Chicago",
        ["CTT"] = "Asia/Shanghai",
        ["EAT"] = "Africa/Addis_Ababa",
        ["ECT"] = "Europe/Paris",
        ["IET"] = "America/Indiana/Indianapolis",
        ["IST"] = "Asia/Kolkata",
        ["JST"] = "Asia/Tokyo",
        ["MIT"] = "Pacific/Apia",
        ["NET"] = "Asia/Yerevan",
        ["NST"] = "Pacific/Auckland",
        ["PLT"] = "Asia/Karachi",
        ["PNT"] = "America/Phoenix",
        ["PRT"] = "America/Puerto_Rico",
        ["PST"] = "America/Los_Angeles",
        ["SST"] = "Pacific/Guadalcanal",
        ["VST"] = "Asia/Ho_Chi_Minh",
    };

    private readonly DateTimeZone _zone;

    private ScheduleZone(string id, DateTimeZone zone) => (Id, _zone) = (id, zone);

    /// <summary>Its name as it was given.</summary>
    public string Id { get; }

    /// <summary>The zone with an IANA name, a fixed offset such as <c>+05:30</c>, or a short name of Java's; null when there is none.</summary>
    public static ScheduleZone? Find(string id)
    {
        if (id is "UTC" or "Z" or "GMT" or "Etc/UTC")
            return new(id, DateTimeZone.Utc);
        if (TryOffset(id) is { } offset)
            return OfOffset(offset);
        var name = ShortNames.GetValueOrDefault(id, id);
        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone ? new(id, zone) : null;
    }

    /// <summary>The zone that is always this far from UTC.</summary>
    internal static ScheduleZone OfOffset(TimeSpan offset)
    {
        if (offset == TimeSpan.Zero)
            return Utc;
        var zone = DateTimeZone.ForOffset(Offset.FromTimeSpan(offset));
        return new(zone.Id, zone);
    }

    /// <summary>An offset such as <c>-04:00</c>, <c>+0530</c> or <c>+02</c>, at most 18 hours; null when it is none.</summary>
    internal static TimeSpan? TryOffset(ReadOnlySpan<char> text)
    {
        if (text.Length is not (3 or 5 or 6) || text[0] is not ('+' or '-'))
            return null;
        var digits = text.Length == 6 && text[3] == ':' ? string.Concat(text[1..3], text[4..]) : text[1..].ToString();
        if (digits.Length is not (2 or 4) || digits.Any(c => !char.IsAsciiDigit(c)))
            return null;
        var offset = new TimeSpan(int.Parse(digits[..2]), digits.Length == 4 ? int.Parse(digits[2..]) : 0, 0);
        return offset > TimeSpan.FromHours(14) ? null : text[0] == '-' ? -offset : offset;
    }

    /// <summary>The time around an instant in which the clock does not change.</summary>
    internal ZoneSpan SpanAt(DateTimeOffset instant)
    {
        var interval = _zone.GetZoneInterval(Instant.FromDateTimeOffset(instant));
        return new(
            interval.HasStart ? Bounded(interval.Start) : DateTimeOffset.MinValue,
            interval.HasEnd ? Bounded(interval.End) : DateTimeOffset.MaxValue,
            interval.WallOffset.ToTimeSpan());
    }

    internal LocalDateTime LocalOf(DateTimeOffset instant) => Instant.FromDateTimeOffset(instant).InZone(_zone).LocalDateTime;

    /// <summary>The first instant of a day; a day that a zone left out begins with the next one.</summary>
    internal DateTimeOffset StartOf(LocalDate day) => InstantOf(day.AtMidnight());

    /// <summary>The instant of a wall clock's time: the next valid one if it does not exist, the earlier one if it is there twice.</summary>
    internal DateTimeOffset InstantOf(LocalDateTime local) => _zone.ResolveLocal(local, Resolver).ToDateTimeOffset();

    /// <inheritdoc cref="InstantOf(LocalDateTime)"/>
    internal DateTimeOffset InstantOf(DateTime wall) => InstantOf(LocalDateTime.FromDateTime(wall));

    /// <summary>An instant with the offset that its wall clock shows.</summary>
    public DateTimeOffset Show(DateTimeOffset instant) => Instant.FromDateTimeOffset(instant).InZone(_zone).ToDateTimeOffset();

    private static DateTimeOffset Bounded(Instant instant) =>
        instant < Earliest ? DateTimeOffset.MinValue : instant > Latest ? DateTimeOffset.MaxValue : new(instant.ToDateTimeUtc());
}
