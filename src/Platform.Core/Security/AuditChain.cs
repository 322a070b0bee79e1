using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.Core.Security;

/// <summary>
/// The lines of the audit log: JSON, each with the hash of the one before it, and with its own: SHA-256 of the line as it is without its last
/// member. Who changes a line, takes one out or puts one in has to change all that follow, and the last hash betrays it to who has written that down.
/// </summary>
public static class AuditChain
{
    /// <summary>What stands before the first line.</summary>
    public const string Beginning = "";

    private const string Mark = ",\"hash\":\"";

    /// <summary>The line of an entry.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="previous">The hash of the line before.</param>
    public static string Line(long number, AuditEntry entry, string previous)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("number", number);
            json.WriteString("at", entry.At.UtcDateTime);
            json.WriteString("event", entry.Event);
            json.WriteString("who", entry.Who);
            json.WriteString("from", entry.From);
            json.WriteString("request", entry.Request);
            json.WriteString("what", entry.What);
            json.WriteStartArray("rights");
            foreach (var right in entry.Rights)
                json.WriteStringValue(right);
            json.WriteEndArray();
            json.WriteNumber("status", entry.Status);
            json.WriteString("reason", entry.Reason);
            json.WriteString("previous", previous);
            json.WriteEndObject();
        }
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return $"{text[..^1]}{Mark}{Hash(text)}\"}}";
    }

    /// <summary>The hash of a line, as it says itself; null: it is none.</summary>
    public static string? HashOf(string line)
    {
        var mark = line.LastIndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 || !line.EndsWith("\"}", StringComparison.Ordinal) ? null : line[(mark + Mark.Length)..^2];
    }

    /// <summary>What is wrong with lines that follow each other; null: nothing.</summary>
    /// <param name="lines">The lines; older ones may be gone.</param>
    /// <param name="last">The hash of the last line.</param>
    public static string? Verify(IEnumerable<string> lines, out string last)
    {
        last = Beginning;
        long? before = null;
        foreach (var line in lines)
        {
            if (HashOf(line) is not { } hash || Read(line) is not var (number, previous))
                return $"what follows line {before ?? 0} is no line of the log";
            if (Hash(line[..line.LastIndexOf(Mark, StringComparison.Ordinal)] + "}") != hash)
                return $"line {number} was changed: its hash is not that of what it says";
            if (before is { } one && number != one + 1)
                return $"line {one + 1} is missing: {number} follows {one}";
            if (before is null ? number == 1 && previous != Beginning : previous != last)
                return $"line {number} does not follow the one before it: that one was changed or replaced";
            (before, last) = (number, hash);
        }
        return null;
    }

    private static (long Number, string Previous)? Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var json = document.RootElement;
            return (json.GetProperty("number").GetInt64(), json.GetProperty("previous").GetString() ?? "");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
