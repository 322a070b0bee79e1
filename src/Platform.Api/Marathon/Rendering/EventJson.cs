using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Registry;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Events in Marathon's JSON: their own members, then <c>eventType</c> and <c>timestamp</c>.</summary>
internal static class EventJson
{
    private static readonly JsonWriterOptions Strict = new() { SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    /// <summary>The whole event as an object.</summary>
    public static string Of(Happening what, DateTimeOffset timestamp) => Of(EventTypes.Of(what), timestamp, what is AppRequested or PodRequested or ReaderAttached or ReaderDetached ? JsonAnswer.Options : Strict, json => Write(json, what));

    /// <summary>That events were missed: it is told to one reader and is in no log.</summary>
    public static string Missed(string type, long missed, DateTimeOffset now) => Of(type, now, Strict, json => json.WriteNumber("missed"u8, missed));

    private static string Of(string type, DateTimeOffset timestamp, JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        var bytes = buffer ??= new(1024);
        bytes.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(bytes, options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteString("eventType"u8, type);
            json.WriteString("timestamp"u8, Timestamps.Of(timestamp));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, Happening what)
    {
        switch (what)
        {
            case TaskChanged task:
                WriteTask(json, task);
                break;
            case InstanceChanged instance:
                json.WriteString("instanceId"u8, instance.InstanceId);
                json.WriteString("condition"u8, ConditionOf(instance.State));
                json.WriteString("runSpecId"u8, instance.AppId);
                json.WriteString("agentId"u8, instance.AgentId);
                json.WriteString("host"u8, instance.Host);
                json.WriteString("runSpecVersion"u8, instance.Version);
                break;
            case InstanceHealthChanged health:
                json.WriteString("instanceId"u8, health.InstanceId);
                json.WriteString("runSpecId"u8, health.AppId);
                if (health.Healthy is { } healthy)
                    json.WriteBoolean("healthy"u8, healthy);
                else
                    json.WriteNull("healthy"u8);
                json.WriteString("runSpecVersion"u8, health.Version);
                break;
            case UnknownInstanceEnded unknown:
                json.WriteString("instanceId"u8, unknown.InstanceId);
                json.WriteString("runSpecId"u8, unknown.AppId);
                json.WriteString("condition"u8, ConditionOf(unknown.State));
                break;
            case HealthCheckBegun begun:
                json.WriteString("appId"u8, begun.AppId);
                json.WriteString("version"u8, begun.Version);
                json.WritePropertyName("healthCheck"u8);
                HealthCheckJson.Write(json, begun.Check);
                break;
            case HealthCheckEnded ended:
                json.WriteString("appId"u8, ended.AppId);
                json.WriteString("version"u8, ended.Version);
                json.WritePropertyName("healthCheck"u8);
                HealthCheckJson.Write(json, ended.Check);
                break;
            case HealthCheckFailed failed:
                json.WriteString("appId"u8, failed.AppId);
                json.WriteString("taskId"u8, failed.TaskId);
                json.WriteString("instanceId"u8, failed.InstanceId);
                if (failed.Check is { } check)
                {
                    json.WritePropertyName("healthCheck"u8);
                    HealthCheckJson.Write(json, check);
                }
                json.WriteString("reason"u8, failed.Reason);
                json.WriteNumber("consecutiveFailures"u8, failed.ConsecutiveFailures);
                break;
            case HealthCheckTurned turned:
                json.WriteString("appId"u8, turned.AppId);
                json.WriteString("instanceId"u8, turned.InstanceId);
                json.WriteString("version"u8, turned.Version);
                json.WriteBoolean("alive"u8, turned.Alive);
                break;
            case UnhealthyInstanceKilled killed:
                json.WriteString("appId"u8, killed.AppId);
                json.WriteString("taskId"u8, killed.TaskId);
                json.WriteString("instanceId"u8, killed.InstanceId);
                json.WriteString("version"u8, killed.Version);
                json.WriteString("reason"u8, killed.Reason);
                json.WriteString("host"u8, killed.Host);
                json.WriteString("slaveId"u8, killed.AgentId);
                break;
            case AppEnded app:
                json.WriteString("appId"u8, app.AppId);
                break;
            case AppAutoscaled scaled:
                json.WriteString("appId"u8, scaled.AppId);
                json.WriteString("version"u8, scaled.Version);
                json.WriteNumber("from"u8, scaled.From);
                json.WriteNumber("to"u8, scaled.To);
                json.WriteString("arithmetic"u8, scaled.Arithmetic);
                break;
            case LabelsUnread unread:
                json.WriteString("appId"u8, unread.AppId);
                json.WriteString("version"u8, unread.Version);
                WriteWarnings(json, unread.Warnings);
                break;
            case AppRequested requested:
                json.WriteString("clientIp"u8, requested.ClientAddress);
                json.WriteString("uri"u8, requested.Path);
                json.WriteStartObject("appDefinition"u8);
                AppWriter.WriteMembers(json, requested.App);
                json.WriteEndObject();
                break;
            case PodRequested requested:
                json.WriteString("clientIp"u8, requested.ClientAddress);
                json.WriteString("uri"u8, requested.Path);
                break;
            case DeploymentStepChanged step:
                json.WritePropertyName("plan"u8);
                PlanJson.Write(json, step.DeploymentId, step.Version, step.Plan);
                json.WritePropertyName("currentStep"u8);
                PlanJson.WriteStep(json, step.Plan.Steps[step.Step - 1]);
                break;
            case DeploymentEnded deployment:
                json.WriteString("id"u8, deployment.DeploymentId);
                json.WritePropertyName("plan"u8);
                PlanJson.Write(json, deployment.DeploymentId, deployment.Version, deployment.Plan);
                WriteIfThere(json, "reason"u8, deployment.Failure);
                break;
            case GroupChanged group:
                json.WriteString("groupId"u8, group.GroupId);
                json.WriteString("version"u8, group.Version);
                WriteIfThere(json, "reason"u8, group.Refusal);
                break;
            case SchedulerBegun scheduler:
                if (scheduler.IsFirst)
                    json.WriteString("frameworkId"u8, AppScheduler.FrameworkId);
                json.WriteString("master"u8, scheduler.Host);
                break;
            case AgentChanged agent:
                json.WriteString("agentId"u8, agent.AgentId);
                json.WriteString("name"u8, agent.Name);
                json.WriteString("host"u8, agent.Host);
                WriteIfThere(json, "reason"u8, agent.Reason);
                break;
            case FrameworkChanged framework:
                json.WriteString("frameworkId"u8, framework.FrameworkId);
                json.WriteString("name"u8, framework.Name);
                break;
            case FrameworkLabelsUnread unread:
                json.WriteString("frameworkId"u8, unread.FrameworkId);
                json.WriteString("name"u8, unread.Name);
                json.WriteString("task"u8, unread.Task);
                WriteWarnings(json, unread.Warnings);
                break;
            case JobChanged job:
                WriteJob(json, job);
                break;
            case ClockJumped jumped:
                json.WriteString("host"u8, jumped.Host);
                json.WriteNumber("seconds"u8, Math.Round(jumped.By.TotalSeconds, 3));
                json.WriteString("message"u8, jumped.Message);
                break;
            case ReaderAttached reader:
                json.WriteString("remoteAddress"u8, reader.Address);
                break;
            case ReaderDetached reader:
                json.WriteString("remoteAddress"u8, reader.Address);
                break;
        }
    }

    private static void WriteTask(Utf8JsonWriter json, TaskChanged task)
    {
        json.WriteString("slaveId"u8, task.AgentId);
        json.WriteString("taskId"u8, task.TaskId);
        json.WriteString("taskStatus"u8, task.State.ToWireName());
        json.WriteString("message"u8, task.Message ?? "");
        json.WriteString("appId"u8, task.AppId);
        json.WriteString("host"u8, task.Host);
        json.WriteStartArray("ipAddresses"u8);
        foreach (var address in task.IpAddresses)
        {
            json.WriteStartObject();
            json.WriteString("ipAddress"u8, address);
            json.WriteString("protocol"u8, address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("ports"u8);
        foreach (var port in task.Ports)
        {
            if (port > 0)
                json.WriteNumberValue(port);
        }
        json.WriteEndArray();
        json.WriteString("version"u8, task.Version);
    }

    private static void WriteWarnings(Utf8JsonWriter json, ValueList<LabelWarning> warnings)
    {
        json.WriteStartArray("warnings"u8);
        foreach (var warning in warnings)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, warning.Path);
            json.WriteString("message"u8, warning.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteJob(Utf8JsonWriter json, JobChanged job)
    {
        json.WriteString("jobId"u8, job.JobId);
        if (job.Run is { } run)
        {
            json.WriteString("runId"u8, run.RunId);
            if (run.Nominal is { } nominal)
                json.WriteString("dueAt"u8, Timestamps.Of(nominal));
            json.WriteString("trigger"u8, run.Trigger.ToString().ToLowerInvariant());
        }
        if (job.Backfill is { } backfill)
        {
            json.WriteNumber("backfill"u8, backfill.Number);
            json.WriteString("from"u8, Timestamps.Of(backfill.From));
            json.WriteString("until"u8, Timestamps.Of(backfill.Until));
            json.WriteNumber("parallelism"u8, backfill.Parallelism);
            if (backfill.EndedAt is not null)
            {
                json.WriteNumber("runs"u8, backfill.Made);
                json.WriteNumber("succeeded"u8, backfill.Succeeded);
                json.WriteNumber("failed"u8, backfill.Failed);
            }
        }
        if (!job.Chain.IsEmpty)
        {
            json.WriteStartArray(EventMatch.ChainMember);
            foreach (var led in job.Chain)
                json.WriteStringValue(led);
            json.WriteEndArray();
        }
        if (!job.Warnings.IsEmpty)
            WriteWarnings(json, job.Warnings);
        WriteIfThere(json, "message"u8, job.Message);
    }

    private static void WriteIfThere(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    /// <summary>Marathon's name of a condition: <c>TASK_RUNNING</c> is <c>Running</c>.</summary>
    private static string ConditionOf(TaskState state) => state switch
    {
        TaskState.Staging => "Staging",
        TaskState.Starting => "Starting",
        TaskState.Running => "Running",
        TaskState.Killing => "Killing",
        TaskState.Finished => "Finished",
        TaskState.Failed => "Failed",
        TaskState.Killed => "Killed",
        TaskState.Unreachable => "Unreachable",
        TaskState.Dropped => "Dropped",
        TaskState.Error => "Error",
        TaskState.Lost or TaskState.Gone or TaskState.GoneByOperator => "Gone",
        _ => "Unknown",
    };
}
