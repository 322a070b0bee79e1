using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Contracts.Events;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Makes the events that come from the API itself.</summary>
internal static class EventWriter
{
    /// <summary>Somebody changed an app.</summary>
    public static PlatformEvent ApiPost(HttpContext http, AppSpec app, DateTimeOffset now) => Make("api_post_event", now, writer =>
    {
        writer.WriteString("clientIp", http.Connection.RemoteIpAddress?.ToString() ?? "");
        writer.WriteString("uri", http.Request.Path.Value);
        writer.WriteStartObject("appDefinition");
        AppWriter.WriteMembers(writer, app);
        writer.WriteEndObject();
    });

    /// <summary>Somebody created, changed or removed a pod.</summary>
    public static PlatformEvent Pod(HttpContext http, string type, DateTimeOffset now) => Make(type, now, writer =>
    {
        writer.WriteString("clientIp", http.Connection.RemoteIpAddress?.ToString() ?? "");
        writer.WriteString("uri", http.Request.Path.Value);
    });

    public static PlatformEvent Make(string type, DateTimeOffset now, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteString("eventType", type);
            writer.WriteString("timestamp", Timestamps.Of(now));
            writer.WriteEndObject();
        }
        return new() { Type = type, Timestamp = now, Json = Encoding.UTF8.GetString(buffer.WrittenSpan) };
    }
}
