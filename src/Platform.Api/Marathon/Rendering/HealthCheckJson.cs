using System.Text.Json;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>A health check in Marathon's JSON, as definitions and events show it.</summary>
internal static class HealthCheckJson
{
    /// <summary>Writes it as an object.</summary>
    public static void Write(Utf8JsonWriter writer, HealthCheckSpec check)
    {
        writer.WriteStartObject();
        if (check.Command is not null)
        {
            writer.WriteStartObject("command"u8);
            writer.WriteString("value"u8, check.Command);
            writer.WriteEndObject();
        }
        writer.WriteNumber("gracePeriodSeconds"u8, check.GracePeriodSeconds);
        if (check.IgnoreHttp1xx is { } ignore)
            writer.WriteBoolean("ignoreHttp1xx"u8, ignore);
        writer.WriteNumber("intervalSeconds"u8, check.IntervalSeconds);
        writer.WriteNumber("maxConsecutiveFailures"u8, check.MaxConsecutiveFailures);
        if (check.Path is not null)
            writer.WriteString("path"u8, check.Path);
        if (check.Port is { } port)
            writer.WriteNumber("port"u8, port);
        if (check.PortIndex is { } index)
            writer.WriteNumber("portIndex"u8, index);
        writer.WriteString("protocol"u8, check.Protocol);
        writer.WriteString("ipProtocol"u8, check.IpProtocol);
        writer.WriteNumber("timeoutSeconds"u8, check.TimeoutSeconds);
        writer.WriteNumber("delaySeconds"u8, check.DelaySeconds);
        writer.WriteEndObject();
    }
}
