using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Pods;

/// <summary>Writes an instance that was killed, in the form that Marathon had until 1.8, which is the one that its clients read.</summary>
internal static class PodInstanceWriter
{
    public static void Write(Utf8JsonWriter writer, InstanceStatus instance, UnreachableStrategy? unreachable)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("instanceId");
        writer.WriteString("idString", instance.InstanceId);
        writer.WriteEndObject();
        writer.WriteStartObject("agentInfo");
        writer.WriteString("host", instance.Host);
        writer.WriteString("agentId", instance.AgentId);
        writer.WriteOptional("region", instance.Region);
        writer.WriteOptional("zone", instance.Zone);
        writer.WriteStartArray("attributes");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("tasksMap");
        foreach (var container in instance.Containers)
        {
            writer.WriteStartObject(container.TaskId);
            writer.WriteString("taskId", container.TaskId);
            writer.WriteString("runSpecVersion", instance.Version);
            writer.WriteStartObject("status");
            writer.WriteString("stagedAt", Timestamps.Of(instance.StagedAt));
            if (container.StartedAt is { } started)
                writer.WriteString("startedAt", Timestamps.Of(started));
            WriteCondition(writer, container.State);
            WriteNetwork(writer, instance, container.LastStatus);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteString("runSpecVersion", instance.Version);
        writer.WriteStartObject("state");
        WriteCondition(writer, instance.State);
        writer.WriteString("since", Timestamps.Of(instance.Since));
        if (instance.StartedAt is { } active)
            writer.WriteString("activeSince", Timestamps.Of(active));
        if (instance.Healthy is { } healthy)
            writer.WriteBoolean("healthy", healthy);
        writer.WriteEndObject();
        // Clients read an object here; "disabled" would be none.
        if (unreachable is not null)
            AppWriter.WriteUnreachable(writer, unreachable);
        writer.WriteEndObject();
    }

    private static void WriteCondition(Utf8JsonWriter writer, TaskState state)
    {
        writer.WriteStartObject("condition");
        writer.WriteString("str", state.ToString().ToLowerInvariant());
        writer.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter writer, InstanceStatus instance, TaskUpdate? status)
    {
        writer.WriteStartObject("networkInfo");
        writer.WriteString("hostName", instance.Host);
        writer.WriteStartArray("hostPorts");
        foreach (var port in instance.Ports.Where(port => port > 0))
            writer.WriteNumberValue(port);
        writer.WriteEndArray();
        TaskWriter.WriteAddresses(writer, status);
        writer.WriteEndObject();
    }
}
