using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads health checks, the check that only reports, and readiness checks.</summary>
internal static class CheckReader
{
    public static HealthCheckSpec? ReadHealthCheck(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } check)
            return null;
        string? command = null;
        if (check.Object("command") is { } inner)
        {
            inner.Require("value");
            command = inner.Text("value");
        }
        var protocol = check.Choice("protocol", "HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP")
            ?? (check.Has("command") ? "COMMAND" : "HTTP");
        if (check.Has("command") && protocol != "COMMAND")
            check.Rule("protocol", "must be COMMAND if a command is given");
        if (!check.Has("command") && protocol == "COMMAND")
            check.Rule("command", "must be given for the protocol COMMAND");
        var isHttp = protocol is "HTTP" or "HTTPS";
        var hasPath = isHttp || protocol is "MESOS_HTTP" or "MESOS_HTTPS";
        var isMesos = protocol is "COMMAND" or "MESOS_HTTP" or "MESOS_HTTPS" or "MESOS_TCP";
        var ignore1xx = check.Flag("ignoreHttp1xx");
        var delay = check.Integer("delaySeconds", 0);
        var path = check.Text("path");
        var port = check.Integer("port", 0, 65_535);
        var portIndex = check.Integer("portIndex", 0, 65_535);
        return new()
        {
            Protocol = protocol,
            Path = hasPath ? path : null,
            Port = protocol == "COMMAND" ? null : port,
            PortIndex = protocol == "COMMAND" ? null : portIndex,
            GracePeriodSeconds = check.Integer("gracePeriodSeconds", 0) ?? 300,
            IntervalSeconds = check.Integer("intervalSeconds", 0) ?? 60,
            TimeoutSeconds = check.Integer("timeoutSeconds", 0) ?? 20,
            MaxConsecutiveFailures = check.Integer("maxConsecutiveFailures", 0) ?? 3,
            // Marathon's own checks have no delay; it is written as the default whatever was asked for.
            DelaySeconds = isMesos ? delay ?? 15 : 15,
            IgnoreHttp1xx = isHttp ? ignore1xx ?? false : null,
            IpProtocol = check.Choice("ipProtocol", "IPv4", "IPv6") ?? "IPv4",
            Command = command,
        };
    }

    /// <summary>The check that is only reported, kept in the form of a health check.</summary>
    public static HealthCheckSpec ReadCheck(JsonObjectReader check)
    {
        var http = check.Object("http");
        var tcp = check.Object("tcp");
        var exec = check.Object("exec");
        if ((http is null ? 0 : 1) + (tcp is null ? 0 : 1) + (exec is null ? 0 : 1) != 1)
            check.Rule("", "must specify exactly one of http, tcp and exec");
        var spec = new HealthCheckSpec
        {
            GracePeriodSeconds = 0,
            IntervalSeconds = check.Integer("intervalSeconds", 0) ?? 60,
            TimeoutSeconds = check.Integer("timeoutSeconds", 0) ?? 20,
            DelaySeconds = check.Integer("delaySeconds", 0) ?? 15,
            MaxConsecutiveFailures = 0,
        };
        if (http is { } h)
        {
            return spec with
            {
                Protocol = h.Choice("scheme", "HTTP", "HTTPS") ?? "HTTP",
                Path = h.Text("path", 1, 1_024),
                Port = h.Integer("port", 0, 65_535),
                PortIndex = h.Integer("portIndex", 0, 65_535),
            };
        }
        if (tcp is { } t)
            return spec with { Protocol = "TCP", Port = t.Integer("port", 0, 65_535), PortIndex = t.Integer("portIndex", 0, 65_535) };
        if (exec is not { } e)
            return spec;
        e.Require("command");
        var (shell, argv) = e.Object("command") is { } command ? ReadCommand(command) : default;
        return spec with { Protocol = "COMMAND", Command = shell, Argv = argv };
    }

    public static ReadinessCheckSpec? ReadReadinessCheck(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } check)
            return null;
        var codes = check.Integers("httpStatusCodesForReady", 100, 999, unique: true) ?? default;
        return new()
        {
            Name = check.Text("name", 1) ?? "readinessCheck",
            Protocol = check.Choice("protocol", "HTTP", "HTTPS") ?? "HTTP",
            Path = check.Text("path", 1, 1_024) ?? "/",
            PortName = check.Text("portName", 1) ?? "http-api",
            IntervalSeconds = check.Integer("intervalSeconds", 0) ?? 30,
            TimeoutSeconds = check.Integer("timeoutSeconds", 1) ?? 10,
            HttpStatusCodesForReady = codes.IsEmpty ? [200] : codes,
            PreserveLastResponse = check.Flag("preserveLastResponse") ?? false,
        };
    }

    public static (string? Shell, ValueList<string> Argv) ReadCommand(JsonObjectReader command)
    {
        if (command.Has("shell") == command.Has("argv"))
        {
            command.Rule("", "must specify either shell or argv");
            return default;
        }
        return (command.Text("shell", 1), command.Texts("argv") ?? default);
    }
}
