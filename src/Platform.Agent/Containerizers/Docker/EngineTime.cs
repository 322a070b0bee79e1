using System.Globalization;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Times as the engine writes them: RFC 3339 in UTC with as many places as there are, trailing zeros left out.</summary>
internal static class EngineTime
{
    /// <summary>Compares two times; no time, an empty text, comes before all.</summary>
    public static int Compare(string one, string other) => string.CompareOrdinal(Padded(one), Padded(other));

    /// <summary>A time as the engine wants it in a question, so much before a given one: seconds since 1970 with nine places; null: from the beginning.</summary>
    public static string? Before(string timestamp, TimeSpan margin)
    {
        if (timestamp.Length == 0)
            return null;
        var padded = Padded(timestamp);
        var seconds = DateTimeOffset.Parse(padded[..19] + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"{seconds - (long)margin.TotalSeconds}.{padded[20..29]}");
    }

    // 2026-11-28T22:54:15.75Z as 2026-11-28T22:54:15.750000000
    private static string Padded(string timestamp)
    {
        if (timestamp.Length == 0)
            return "";
        var text = timestamp.TrimEnd('Z');
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? text + ".000000000" : text.PadRight(dot + 10, '0');
    }
}
