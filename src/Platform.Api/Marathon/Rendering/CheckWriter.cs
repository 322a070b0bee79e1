using System.Text.Json;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes an app's checks of all kinds.</summary>
internal static class CheckWriter
{
    public static void Write(Utf8JsonWriter writer, AppSpec app)
    {
        if (!app.HealthChecks.IsEmpty)
        {
            writer.WriteStartArray("healthChecks");
            foreach (var check in app.HealthChecks)
                HealthCheckJson.Write(writer, check);
            writer.WriteEndArray();
        }
        if (app.Check is not null)
            WriteCheck(writer, app.Check);
        if (app.ReadinessChecks.IsEmpty)
            return;
        writer.WriteStartArray("readinessChecks");
        foreach (var check in app.ReadinessChecks)
            WriteReadinessCheck(writer, check);
        writer.WriteEndArray();
    }

    private static void WriteCheck(Utf8JsonWriter writer, HealthCheckSpec check)
    {
        writer.WriteStartObject("check");
        switch (check.Protocol)
        {
            case "COMMAND":
                writer.WriteStartObject("exec");
                writer.WriteStartObject("command");
                writer.WriteOptional("shell", check.Command);
                writer.WriteTexts("argv", check.Argv, omitEmpty: check.Command is not null);
                writer.WriteEndObject();
                break;
            case "TCP":
                writer.WriteStartObject("tcp");
                WritePort(writer, check);
                break;
            default:
                writer.WriteStartObject("http");
                WritePort(writer, check);
                writer.WriteOptional("path", check.Path);
                writer.WriteString("scheme", check.Protocol);
                break;
        }
        writer.WriteEndObject();
        writer.WriteNumber("intervalSeconds", check.IntervalSeconds);
        writer.WriteNumber("timeoutSeconds", check.TimeoutSeconds);
        writer.WriteNumber("delaySeconds", check.DelaySeconds);
        writer.WriteEndObject();
    }

    private static void WriteReadinessCheck(Utf8JsonWriter writer, ReadinessCheckSpec check)
    {
        writer.WriteStartObject();
        writer.WriteString("name", check.Name);
        writer.WriteString("protocol", check.Protocol);
        writer.WriteString("path", check.Path);
        writer.WriteString("portName", check.PortName);
        writer.WriteNumber("intervalSeconds", check.IntervalSeconds);
        writer.WriteNumber("timeoutSeconds", check.TimeoutSeconds);
        writer.WriteNumbers("httpStatusCodesForReady", check.HttpStatusCodesForReady);
        writer.WriteBoolean("preserveLastResponse", check.PreserveLastResponse);
        writer.WriteEndObject();
    }

    private static void WritePort(Utf8JsonWriter writer, HealthCheckSpec check)
    {
        if (check.Port is { } port)
            writer.WriteNumber("port", port);
        if (check.PortIndex is { } index)
            writer.WriteNumber("portIndex", index);
    }
}
