using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Platform.Host.Logging;

/// <summary>
/// One line for each entry, whatever is in it: <c>2026-11-30T12:00:00.000Z info: CATEGORY[0] MESSAGE</c>. Names, addresses and answers of others are in messages:
/// none of them begins a line, moves the cursor of a terminal or changes its colour.
/// </summary>
internal sealed class TextLogFormatter() : ConsoleFormatter(FormatterName)
{
    /// <summary>The name that it is chosen by.</summary>
    public const string FormatterName = "platform";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", System.Globalization.CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(OneLine($"{logEntry.Category}[{logEntry.EventId.Id}] {message}{(logEntry.Exception is { } exception ? $" {exception}" : "")}"));
        textWriter.Write('\n');
    }

    /// <summary>The text without anything that a terminal or a reader of lines would obey.</summary>
    internal static string OneLine(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Any(IsObeyed)
        ? string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = from[i] is '\n' or '\r' or '\t' or '\u2028' or '\u2029' ? ' ' : IsObeyed(from[i]) ? '?' : from[i];
        })
        : text;

    // Controls, and what turns the direction of writing round.
    private static bool IsObeyed(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
