using System.Globalization;

namespace Platform.Dashboard.Live;

/// <summary>What one browser told of itself and chose: its time zone, dark or light.</summary>
public sealed class Viewer(TimeProvider time)
{
    /// <summary>The zone in which dates are shown. UTC until the browser has told its own.</summary>
    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    /// <summary>Whether it is shown dark.</summary>
    public bool IsDark { get; set; }

    /// <summary>The instant now.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Takes the browser's zone by its name, such as Europe/Berlin; one that is not known here is ignored.</summary>
    public void SetZone(string? name)
    {
        if (name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            Zone = zone;
    }

    /// <summary>The instant in the viewer's zone.</summary>
    public string Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone).ToString("yyyy-MM-dd HH:mm:ss");

    /// <summary>The instant to the millisecond, with its distance from UTC.</summary>
    public string Exact(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone).ToString("yyyy-MM-dd HH:mm:ss.fff zzz");

    /// <summary>The instant that a browser's field of date and time has, in the viewer's zone; null: it is none.</summary>
    public DateTimeOffset? Instant(string local) =>
        DateTime.TryParse(local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) ? new(DateTime.SpecifyKind(parsed, DateTimeKind.Unspecified), Zone.GetUtcOffset(parsed)) : null;

    /// <summary>How long ago it was, or how long until then, in its largest unit.</summary>
    public string Ago(DateTimeOffset instant)
    {
        var age = Now - instant;
        var text = Span(age.Duration());
        return age < TimeSpan.FromSeconds(-1) ? "in " + text : age < TimeSpan.FromSeconds(1) ? "now" : text + " ago";
    }

    /// <summary>A length of time in its largest unit.</summary>
    public static string Span(TimeSpan span) =>
        span.TotalDays >= 2 ? $"{(int)span.TotalDays} d"
        : span.TotalHours >= 2 ? $"{(int)span.TotalHours} h"
        : span.TotalMinutes >= 2 ? $"{(int)span.TotalMinutes} min"
        : $"{(int)span.TotalSeconds} s";
}
