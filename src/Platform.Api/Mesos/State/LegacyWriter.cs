using System.Text.Json;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.State;

/// <summary>Writes agents, frameworks and tasks in the JSON that Mesos' older endpoints have.</summary>
internal static class LegacyWriter
{
    private static readonly string[] AlwaysShown = [ResourceNames.Disk, ResourceNames.Mem, ResourceNames.Gpus, ResourceNames.Cpus];

    /// <summary>Resources as an object by name: sums of scalars, of which the usual four are always there, and ranges and sets as text.</summary>
    public static void Write(Utf8JsonWriter writer, string name, Resources resources)
    {
        writer.WriteStartObject(name);
        var sums = resources.NonRevocable().Quantities;
        foreach (var scalar in AlwaysShown)
            writer.WriteNumber(scalar, sums.Get(scalar) / 1000d);
        foreach (var (other, milli) in sums.Others)
            writer.WriteNumber(other, milli / 1000d);
        foreach (var (revocable, milli) in resources.RevocableOnly().Quantities.Entries())
            writer.WriteNumber(revocable + "_revocable", milli / 1000d);
        foreach (var group in resources.Where(resource => resource.Type != ResourceType.Scalar).GroupBy(resource => (resource.Name, resource.Revocable)))
        {
            var sum = Resources.Of(group.Select(resource => resource with { Reservations = [], Disk = null, AllocationRole = null }));
            writer.WriteString(group.Key.Revocable ? group.Key.Name + "_revocable" : group.Key.Name, sum.Items[0].PrintAmount());
        }
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, string name, ResourceQuantities quantities)
    {
        writer.WriteStartObject(name);
        foreach (var scalar in AlwaysShown)
            writer.WriteNumber(scalar, quantities.Get(scalar) / 1000d);
        foreach (var (other, milli) in quantities.Others)
            writer.WriteNumber(other, milli / 1000d);
        writer.WriteEndObject();
    }

    /// <summary>The members of an agent that all its forms have.</summary>
    public static void WriteAgent(Utf8JsonWriter writer, PictureAgent agent)
    {
        var status = agent.Status;
        var registration = status.Registration;
        writer.WriteString("id", agent.Id);
        writer.WriteString("hostname", registration.Hostname);
        writer.WriteNumber("port", AgentMapping.PortOf(status));
        WriteAttributes(writer, registration.Attributes);
        if (registration.Region is { } region)
            MesosJson.Write(writer, "domain", AgentMapping.Domain(region, registration.Zone ?? ""));
        writer.WriteString("pid", AgentMapping.Pid(status));
        writer.WriteNumber("registered_time", Seconds(status.RegisteredAt));
        if (status.ReregisteredAt is { } again && again != status.RegisteredAt)
            writer.WriteNumber("reregistered_time", Seconds(again));
        Write(writer, "resources", agent.Total);
        Write(writer, "used_resources", agent.Used);
        Write(writer, "offered_resources", agent.Offered);
        writer.WriteStartObject("reserved_resources");
        foreach (var role in agent.Total.Reserved().GroupBy(resource => resource.ReservationRole!))
            Write(writer, role.Key, Resources.Of(role));
        writer.WriteEndObject();
        Write(writer, "unreserved_resources", agent.Total.Unreserved());
        writer.WriteBoolean("active", status.Condition is AgentCondition.Active or AgentCondition.Draining or AgentCondition.Drained or AgentCondition.Deactivated);
        writer.WriteBoolean("deactivated", agent.IsDeactivated);
        writer.WriteString("version", AgentMapping.MesosVersion);
        writer.WriteStartArray("capabilities");
        foreach (var capability in (string[])["AGENT_DRAINING", "AGENT_OPERATION_FEEDBACK", "HIERARCHICAL_ROLE", "MULTI_ROLE", "RESERVATION_REFINEMENT", "RESIZE_VOLUME", "TASK_RESOURCE_LIMITS"])
            writer.WriteStringValue(capability);
        writer.WriteEndArray();
        if (agent.IsDraining)
        {
            writer.WriteStartObject("drain_info");
            writer.WriteString("state", status.Condition == AgentCondition.Drained ? "DRAINED" : "DRAINING");
            writer.WriteStartObject("config");
            if (status.Drain?.MaxGraceSeconds is { } grace)
            {
                writer.WriteStartObject("max_grace_period");
                writer.WriteNumber("nanoseconds", (long)(grace * 1e9));
                writer.WriteEndObject();
            }
            writer.WriteBoolean("mark_gone", status.Drain?.MarkGone == true);
            writer.WriteEndObject();
            writer.WriteEndObject();
            if (status.Drain?.Since is { } since)
                writer.WriteNumber("estimated_drain_start_time_seconds", Seconds(since));
        }
    }

    /// <summary>What an agent has, resource by resource.</summary>
    public static void WriteAgentInFull(Utf8JsonWriter writer, PictureAgent agent)
    {
        writer.WriteStartObject("reserved_resources_full");
        foreach (var role in agent.Total.Reserved().GroupBy(resource => resource.ReservationRole!))
            WriteFull(writer, role.Key, role);
        writer.WriteEndObject();
        WriteFull(writer, "unreserved_resources_full", agent.Total.Unreserved());
        WriteFull(writer, "used_resources_full", agent.Used);
        WriteFull(writer, "offered_resources_full", agent.Offered);
    }

    private static void WriteFull(Utf8JsonWriter writer, string name, IEnumerable<Resource> resources)
    {
        writer.WriteStartArray(name);
        foreach (var resource in resources)
            MesosJson.Write(writer, ResourceMapping.ToWire(resource));
        writer.WriteEndArray();
    }

    private static void WriteAttributes(Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject("attributes");
        if (Attributes.TryParse(text, out var attributes, out _))
        {
            // An object has each name once: the first one counts, as for constraints.
            foreach (var attribute in attributes.DistinctBy(attribute => attribute.Name))
            {
                if (attribute.Type == ResourceType.Scalar)
                    writer.WriteNumber(attribute.Name, attribute.Milli / 1000d);
                else
                    writer.WriteString(attribute.Name, attribute.Type switch
                    {
                        ResourceType.Ranges => attribute.Ranges.ToString(),
                        ResourceType.Set => $"{{{string.Join(", ", attribute.Items)}}}",
                        _ => attribute.Text,
                    });
            }
        }
        writer.WriteEndObject();
    }

    /// <summary>The members of a framework that all its forms have.</summary>
    public static void WriteFrameworkSummary(Utf8JsonWriter writer, PictureFramework framework)
    {
        writer.WriteString("id", framework.Id);
        writer.WriteString("name", framework.Info.Name);
        Write(writer, "used_resources", framework.Used);
        Write(writer, "offered_resources", framework.Offered);
        writer.WriteStartArray("capabilities");
        foreach (var capability in framework.Info.Capabilities)
            writer.WriteStringValue(Name(Wire.FrameworkInfo.Types.Capability.Descriptor.EnumTypes[0], (int)capability.Type));
        writer.WriteEndArray();
        writer.WriteString("hostname", framework.Info.Hostname);
        writer.WriteString("webui_url", framework.Info.WebuiUrl);
        writer.WriteBoolean("active", framework.IsConnected);
        writer.WriteBoolean("connected", framework.IsConnected);
        writer.WriteBoolean("recovered", false);
    }

    /// <summary>All of a framework.</summary>
    public static void WriteFramework(Utf8JsonWriter writer, PictureFramework framework)
    {
        var info = framework.Info;
        writer.WriteStartObject();
        WriteFrameworkSummary(writer, framework);
        writer.WriteString("user", info.User);
        writer.WriteNumber("failover_timeout", info.FailoverTimeout);
        writer.WriteBoolean("checkpoint", info.Checkpoint);
        writer.WriteNumber("registered_time", Seconds(framework.RegisteredAt));
        writer.WriteNumber("unregistered_time", framework.RemovedAt is { } removed ? Seconds(removed) : 0);
        if (info.HasPrincipal)
            writer.WriteString("principal", info.Principal);
        Write(writer, "resources", framework.Used.Plus(framework.Offered));
        if (framework.ReregisteredAt is { } again)
            writer.WriteNumber("reregistered_time", Seconds(again));
        if (info.Capabilities.Any(capability => capability.Type == Wire.FrameworkInfo.Types.Capability.Types.Type.MultiRole))
        {
            writer.WriteStartArray("roles");
            foreach (var role in info.Roles)
                writer.WriteStringValue(role);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("role", info.HasRole ? info.Role : "*");
        }
        WriteTasks(writer, "tasks", framework.Tasks.Where(task => task.IsLive));
        WriteTasks(writer, "unreachable_tasks", framework.Tasks.Where(task => task.IsUnreachable));
        WriteTasks(writer, "completed_tasks", framework.Tasks.Where(task => task.State.IsTerminal()));
        writer.WriteStartArray("offers");
        foreach (var offer in framework.Offers)
            Write(writer, framework.Id, offer);
        writer.WriteEndArray();
        writer.WriteStartArray("executors");
        foreach (var executor in framework.Executors)
        {
            writer.WriteStartObject();
            writer.WriteString("executor_id", executor.Info.ExecutorId.Value);
            writer.WriteString("name", executor.Info.Name);
            writer.WriteString("framework_id", framework.Id);
            writer.WriteString("slave_id", executor.AgentId);
            writer.WriteString("type", executor.TypeName);
            Write(writer, "resources", executor.Resources);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (info.Labels is { } labels)
            WriteLabels(writer, labels);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string frameworkId, Offer offer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", offer.Id);
        writer.WriteString("framework_id", frameworkId);
        writer.WriteStartObject("allocation_info");
        writer.WriteString("role", offer.Role);
        writer.WriteEndObject();
        writer.WriteString("slave_id", offer.AgentId);
        Write(writer, "resources", offer.Resources);
        writer.WriteEndObject();
    }

    /// <summary>Tasks as an array.</summary>
    public static void WriteTasks(Utf8JsonWriter writer, string name, IEnumerable<PictureTask> tasks)
    {
        writer.WriteStartArray(name);
        foreach (var task in tasks)
            Write(writer, task);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, PictureTask picture)
    {
        var task = picture.Task;
        writer.WriteStartObject();
        writer.WriteString("id", task.TaskId.Value);
        writer.WriteString("name", task.Name);
        writer.WriteString("framework_id", task.FrameworkId.Value);
        writer.WriteString("executor_id", task.ExecutorId?.Value ?? "");
        writer.WriteString("slave_id", task.AgentId.Value);
        writer.WriteString("state", picture.State.ToWireName());
        Write(writer, "resources", picture.Resources);
        if (task.Limits.Count > 0)
        {
            writer.WriteStartObject("limits");
            foreach (var (name, limit) in task.Limits)
            {
                if (double.IsFinite(limit.Value))
                    writer.WriteNumber(name, limit.Value);
                else
                    writer.WriteString(name, "Infinity");
            }
            writer.WriteEndObject();
        }
        writer.WriteString("role", picture.Role);
        writer.WriteStartArray("statuses");
        foreach (var status in task.Statuses)
        {
            writer.WriteStartObject();
            writer.WriteString("state", Name(Wire.MesosReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.EnumDescriptor>("TaskState"), (int)status.State));
            writer.WriteNumber("timestamp", status.Timestamp);
            if (status.Labels is { } labels)
                WriteLabels(writer, labels);
            if (status.ContainerStatus is { } container)
                MesosJson.Write(writer, "container_status", container);
            if (status.HasHealthy)
                writer.WriteBoolean("healthy", status.Healthy);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (task.HasUser)
            writer.WriteString("user", task.User);
        if (task.Labels is { } ofTask)
            WriteLabels(writer, ofTask);
        if (task.Discovery is { } discovery)
            MesosJson.Write(writer, "discovery", discovery);
        if (task.Container is { } spec)
            MesosJson.Write(writer, "container", spec);
        if (task.HealthCheck is { } check)
            MesosJson.Write(writer, "health_check", check);
        writer.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter writer, Wire.Labels labels)
    {
        writer.WriteStartArray("labels");
        foreach (var label in labels.Labels_)
            MesosJson.Write(writer, label);
        writer.WriteEndArray();
    }

    private static string Name(Google.Protobuf.Reflection.EnumDescriptor type, int number) => type.FindValueByNumber(number)?.Name ?? "UNKNOWN";

    public static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000d;
}
