using System.Globalization;

namespace Platform.Mesos.Protocol;

/// <summary>Durations as Mesos' flags take them: 1weeks, 2days, 3hrs, 4mins, 5secs, 6ms; also 1w, 2d, 3h, 4m, 5s.</summary>
public static class DurationText
{
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("weeks", TimeSpan.FromDays(7)), ("days", TimeSpan.FromDays(1)), ("hrs", TimeSpan.FromHours(1)), ("mins", TimeSpan.FromMinutes(1)),
        ("secs", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
        ("w", TimeSpan.FromDays(7)), ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Reads a duration that is not negative.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        foreach (var (suffix, unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * unit.TotalDays < 100_000)
            {
                duration = number * unit;
                return true;
            }
        }
        duration = default;
        return false;
    }
}
