using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Contracts.Events;

namespace Platform.Grains.Events;

/// <summary>Writes events in Marathon's JSON.</summary>
public static class PlatformEvents
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>An event with its own fields, to which <c>eventType</c> and <c>timestamp</c> are added.</summary>
    public static PlatformEvent Create<TState>(string type, DateTimeOffset timestamp, TState state, Action<Utf8JsonWriter, TState> write)
    {
        var bytes = buffer ??= new(1024);
        bytes.ResetWrittenCount();
        var json = writer ??= new(bytes, Options);
        json.Reset(bytes);
        json.WriteStartObject();
        write(json, state);
        json.WriteString("eventType"u8, type);
        json.WriteString("timestamp"u8, Text(timestamp));
        json.WriteEndObject();
        json.Flush();
        return new() { Type = type, Timestamp = timestamp, Json = Encoding.UTF8.GetString(bytes.WrittenSpan) };
    }

    /// <summary>Marathon's form of an instant: UTC with milliseconds.</summary>
    public static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>Sends events to the log without waiting.</summary>
    public static void Publish(IGrainFactory grains, params ReadOnlySpan<PlatformEvent> events) =>
        grains.GetGrain<IEventLogGrain>(0).AppendAsync([.. events]).Ignore();
}
