using System.Globalization;
using Platform.Grains.Events;

namespace Platform.Grains.Groups;

/// <summary>Versions are instants in milliseconds, in Marathon's text form, whose order as texts is their order in time.</summary>
internal static class TreeVersion
{
    /// <summary>The version of this instant.</summary>
    public static string Of(DateTimeOffset instant) => PlatformEvents.Text(instant);

    /// <summary>The version one millisecond later.</summary>
    public static string After(string version) =>
        Of(DateTimeOffset.Parse(version, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddMilliseconds(1));

    /// <summary>The later of two; "" is before all.</summary>
    public static string Max(string left, string right) => string.CompareOrdinal(left, right) >= 0 ? left : right;
}
