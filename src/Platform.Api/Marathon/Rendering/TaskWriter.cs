using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes instances as Marathon's tasks.</summary>
internal static class TaskWriter
{
    private const string InstanceMarker = ".instance-";

    /// <summary>All instances of an app as items of an array that is open.</summary>
    public static void WriteAll(Utf8JsonWriter writer, AppStatus app)
    {
        var ports = ServicePorts.Of(app.Target.Spec);
        foreach (var instance in app.Instances)
            Write(writer, app.Target.Spec, instance, ports);
    }

    public static void Write(Utf8JsonWriter writer, AppSpec app, InstanceStatus task, ValueList<int> servicePorts)
    {
        writer.WriteStartObject();
        writer.WriteString("appId", app.Id);
        WriteHealth(writer, app, task);
        WriteCheck(writer, app, task);
        writer.WriteString("host", task.Host);
        writer.WriteString("id", task.TaskId);
        WriteAddresses(writer, task.LastStatus);
        writer.WriteNumbers("ports", task.Ports);
        writer.WriteNumbers("servicePorts", servicePorts);
        writer.WriteString("slaveId", task.AgentId);
        writer.WriteString("state", task.State.ToWireName());
        writer.WriteString("stagedAt", Timestamps.Of(task.StagedAt));
        if (task.StartedAt is { } started)
            writer.WriteString("startedAt", Timestamps.Of(started));
        writer.WriteString("version", task.Version);
        writer.WriteStartArray("localVolumes");
        foreach (var volume in task.Volumes)
            WriteVolume(writer, app.Id, volume);
        writer.WriteEndArray();
        writer.WriteOptional("region", task.Region);
        writer.WriteOptional("zone", task.Zone);
        writer.WriteString("role", task.Role);
        writer.WriteEndObject();
    }

    public static void WriteFailure(Utf8JsonWriter writer, string appId, TaskFailure failure)
    {
        writer.WriteString("appId", appId);
        writer.WriteString("host", failure.Host);
        writer.WriteString("message", failure.Status is { State: TaskState.Killed, Reason: TaskReasons.Unhealthy }
            ? $"Task was killed since health check failed. Reason: {failure.Status.Message ?? "unknown"}"
            : failure.Status.Message ?? "");
        writer.WriteString("state", failure.Status.State.ToWireName());
        writer.WriteString("taskId", failure.Status.TaskId);
        writer.WriteString("timestamp", Timestamps.Of(failure.Status.Timestamp));
        writer.WriteString("version", failure.Version);
        writer.WriteString("slaveId", failure.AgentId);
    }

    private static void WriteHealth(Utf8JsonWriter writer, AppSpec app, InstanceStatus task)
    {
        writer.WriteStartArray("healthCheckResults");
        var told = false;
        foreach (var check in task.LastStatus?.Checks ?? default)
        {
            if (check.Purpose != CheckPurpose.Health)
                continue;
            told = true;
            WriteHealth(writer, task.InstanceId, check);
        }
        // An agent that tells the sum of the checks only.
        if (!told && !app.HealthChecks.IsEmpty && task.Healthy is { } healthy)
        {
            var at = task.LastStatus?.Timestamp ?? task.StagedAt;
            WriteHealth(writer, task.InstanceId, healthy
                ? new() { Success = true, FirstSuccess = at, LastSuccess = at }
                : new() { ConsecutiveFailures = 1, LastFailure = at, LastFailureCause = task.LastStatus?.Message });
        }
        writer.WriteEndArray();
    }

    private static void WriteHealth(Utf8JsonWriter writer, string instanceId, CheckResult check)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("alive", check.Success);
        writer.WriteNumber("consecutiveFailures", check.ConsecutiveFailures);
        if (check.FirstSuccess is { } first)
            writer.WriteString("firstSuccess", Timestamps.Of(first));
        if (check.LastSuccess is { } success)
            writer.WriteString("lastSuccess", Timestamps.Of(success));
        if (check.LastFailure is { } failure)
            writer.WriteString("lastFailure", Timestamps.Of(failure));
        writer.WriteOptional("lastFailureCause", check.LastFailureCause);
        writer.WriteString("instanceId", instanceId);
        writer.WriteEndObject();
    }

    private static void WriteCheck(Utf8JsonWriter writer, AppSpec app, InstanceStatus task)
    {
        if (app.Check is null || task.LastStatus?.Checks.FirstOrDefault(c => c.Purpose == CheckPurpose.Report) is not { } check)
            return;
        writer.WriteStartObject("checkResult");
        switch (app.Check.Protocol)
        {
            case "COMMAND":
                writer.WriteStartObject("command");
                if (check.Status is { } exit)
                    writer.WriteNumber("exitCode", exit);
                break;
            case "TCP":
                writer.WriteStartObject("tcp");
                writer.WriteBoolean("succeeded", check.Success);
                break;
            default:
                writer.WriteStartObject("http");
                if (check.Status is { } status)
                    writer.WriteNumber("statusCode", status);
                break;
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void WriteAddresses(Utf8JsonWriter writer, TaskUpdate? status)
    {
        writer.WriteStartArray("ipAddresses");
        foreach (var address in status?.IpAddresses ?? default)
        {
            writer.WriteStartObject();
            writer.WriteString("ipAddress", address);
            writer.WriteString("protocol", address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A volume is told as Marathon did, <c>app#path#uuid</c>; the allocator's name for it is its instance and its path.</summary>
    public static void WriteVolume(Utf8JsonWriter writer, string appId, string volume)
    {
        var mark = volume.IndexOf('#', StringComparison.Ordinal);
        var (instance, path) = mark < 0 ? (volume, "") : (volume[..mark], volume[(mark + 1)..]);
        var uuid = instance[(instance.LastIndexOf(InstanceMarker, StringComparison.Ordinal) is var at and >= 0 ? at + InstanceMarker.Length : 0)..];
        writer.WriteStartObject();
        writer.WriteString("runSpecId", appId);
        writer.WriteString("containerPath", path);
        writer.WriteString("uuid", uuid);
        writer.WriteString("persistenceId", $"{AppPath.Safe(appId)}#{path}#{uuid}");
        writer.WriteEndObject();
    }
}
