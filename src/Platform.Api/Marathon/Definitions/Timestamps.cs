using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Api.Http;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Instants as Marathon writes them: UTC with milliseconds, such as <c>2026-01-31T12:00:00.000Z</c>.</summary>
internal static partial class Timestamps
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // What java.time's OffsetDateTime reads: a date, a time of at least hours and minutes, and an offset.
    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}(:\d{2}(:00)?)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex IsoWithOffset { get; }

    public static string Of(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Marathon's answer to a text in an address that is no instant.</summary>
    public static ErrorAnswer Refuse(string text) => ErrorAnswer.Unprocessable($"Invalid timestamp provided '{text}'. Expecting ISO-8601 datetime string.");

    /// <summary>The same instant in Marathon's form, or null if the text is none. Nothing is filled in: a time without a date is no instant.</summary>
    public static string? Normalize(string text) =>
        IsoWithOffset.IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? Of(instant)
            : null;
}
