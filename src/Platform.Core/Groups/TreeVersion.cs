using System.Globalization;

namespace Platform.Core.Groups;

/// <summary>Versions are instants in milliseconds, in Marathon's text form, whose order as texts is their order in time.</summary>
public static class TreeVersion
{
    /// <summary>The version of this instant.</summary>
    public static string Of(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The version one millisecond later.</summary>
    public static string After(string version) =>
        Of(DateTimeOffset.Parse(version, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddMilliseconds(1));

    /// <summary>The later of two; "" is before all.</summary>
    public static string Max(string left, string right) => string.CompareOrdinal(left, right) >= 0 ? left : right;
}
