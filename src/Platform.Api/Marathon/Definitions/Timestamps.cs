using System.Globalization;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Instants as Marathon writes them: UTC with milliseconds, such as <c>2026-01-31T12:00:00.000Z</c>.</summary>
internal static class Timestamps
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string Of(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The same instant in Marathon's form, or null if the text is none.</summary>
    public static string? Normalize(string text) =>
        text.Length is >= 10 and <= 40 && char.IsAsciiDigit(text[0])
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? Of(instant)
            : null;
}
