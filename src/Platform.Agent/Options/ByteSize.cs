using System.Globalization;

namespace Platform.Agent.Options;

/// <summary>Sizes as people write them: 10MB, 2GB, 512KB, 4096 or 4096B.</summary>
internal static class ByteSize
{
    public const long Kilobyte = 1024;
    public const long Megabyte = 1024 * Kilobyte;
    public const long Gigabyte = 1024 * Megabyte;

    /// <summary>Reads a size in bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        text = text.Trim().ToUpperInvariant();
        (string Suffix, long Factor)[] units = [("TB", 1024 * Gigabyte), ("GB", Gigabyte), ("MB", Megabyte), ("KB", Kilobyte), ("B", 1), ("", 1)];
        foreach (var (suffix, factor) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            var ok = double.TryParse(text[..^suffix.Length].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
            bytes = ok ? (long)(number * factor) : 0;
            return ok && number * factor < long.MaxValue;
        }
        bytes = 0;
        return false;
    }
}
