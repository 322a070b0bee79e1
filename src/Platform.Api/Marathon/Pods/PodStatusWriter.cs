using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Apps;
using Platform.Contracts.Pods;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Pods;

/// <summary>Writes a pod with what runs of it (Marathon's PodStatus).</summary>
internal sealed class PodStatusWriter(RenderedPieces pieces)
{
    public void Write(Utf8JsonWriter writer, PodView view)
    {
        var (definition, status) = (view.Pod.Definition, view.Pod.Status);
        var instances = (status?.Instances ?? default).Select(instance => new PodInstanceView(instance, view.Versions.GetValueOrDefault(instance.Version)?.Spec)).ToList();
        var condition = PodConditions.Of(definition.Spec.Instances, instances.Select(instance => instance.Condition), view.IsTerminating);
        // Without instances nothing has happened since the definition was put.
        var since = instances.Count == 0 ? definition.Version : Timestamps.Of(instances.Max(instance => instance.Instance.Since));
        writer.WriteStartObject();
        writer.WriteString("id", definition.Spec.Id);
        writer.WriteStartObject("spec");
        RenderedPieces.Put(writer, pieces.Definition(definition));
        writer.WriteEndObject();
        writer.WriteString("status", condition.ToWireName());
        writer.WriteString("statusSince", since);
        if (condition == PodCondition.Degraded && status?.Queue is { } queue)
            writer.WriteString("message", Waiting(queue));
        writer.WriteStartArray("instances");
        foreach (var instance in instances)
            Write(writer, definition.Spec.Id, instance);
        writer.WriteEndArray();
        writer.WriteStartArray("terminationHistory");
        foreach (var failure in status?.Failures ?? default)
            WriteTermination(writer, failure);
        writer.WriteEndArray();
        // Not the present, so that readers who have it already can be told so.
        writer.WriteString("lastUpdated", instances.Count == 0 ? since : Timestamps.Of(instances.Max(instance => instance.LastUpdated)));
        writer.WriteString("lastChanged", since);
        writer.WriteEndObject();
    }

    // Marathon says nothing here; the same is in the queue.
    private static string Waiting(AppQueue queue) => queue switch
    {
        { Explanation: { } explanation } => $"{queue.Count} of its instances wait: {string.Join(", ", explanation.Rejections)}",
        { DelayedUntil: { } until } => $"{queue.Count} of its instances wait until {Timestamps.Of(until)} because others ended",
        _ => $"{queue.Count} of its instances wait for a place",
    };

    private static void Write(Utf8JsonWriter writer, string podId, PodInstanceView view)
    {
        var instance = view.Instance;
        writer.WriteStartObject();
        writer.WriteString("id", instance.InstanceId);
        writer.WriteString("status", view.Condition.ToWireName());
        writer.WriteString("statusSince", Timestamps.Of(instance.Since));
        writer.WriteOptional("message", view.Message);
        writer.WriteStartArray("conditions");
        writer.WriteEndArray();
        writer.WriteString("agentHostname", instance.Host);
        writer.WriteString("agentId", instance.AgentId);
        writer.WriteOptional("agentRegion", instance.Region);
        writer.WriteOptional("agentZone", instance.Zone);
        var (cpus, mem, disk, gpus) = view.Resources();
        PodContainerWriter.WriteResources(writer, cpus, mem, disk, gpus);
        WriteNetworks(writer, view);
        writer.WriteStartArray("containers");
        foreach (var container in instance.Containers)
            Write(writer, view, container);
        writer.WriteEndArray();
        writer.WriteString("specReference", $"/v2/pods{podId}::versions/{instance.Version}");
        writer.WriteStartArray("localVolumes");
        foreach (var volume in instance.Volumes)
            TaskWriter.WriteVolume(writer, podId, volume);
        writer.WriteEndArray();
        writer.WriteString("lastUpdated", Timestamps.Of(view.LastUpdated));
        writer.WriteString("lastChanged", Timestamps.Of(instance.Since));
        writer.WriteString("role", instance.Role);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PodInstanceView view, PodContainerStatus container)
    {
        var spec = view.Container(container.Name);
        var since = Timestamps.Of(container.Since);
        var updated = container.LastStatus is { } last && last.Timestamp > container.Since ? Timestamps.Of(last.Timestamp) : since;
        writer.WriteStartObject();
        writer.WriteString("name", container.Name);
        writer.WriteString("status", container.State.ToWireName());
        writer.WriteString("statusSince", since);
        writer.WriteOptional("message", container.LastStatus?.Message);
        writer.WriteStartArray("conditions");
        if (PodConditions.Health(spec, container.State, container.Healthy) is { } health)
        {
            writer.WriteStartObject();
            writer.WriteString("name", "healthy");
            writer.WriteString("lastChanged", since);
            writer.WriteString("lastUpdated", updated);
            writer.WriteString("value", health.Healthy ? "true" : "false");
            writer.WriteString("reason", health.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("containerId", container.TaskId);
        writer.WriteStartArray("endpoints");
        foreach (var endpoint in view.Endpoints(container))
        {
            writer.WriteStartObject();
            writer.WriteString("name", endpoint.Name);
            if (endpoint.HostPort is { } port)
                writer.WriteNumber("allocatedHostPort", port);
            if (endpoint.Healthy is { } healthy)
                writer.WriteBoolean("healthy", healthy);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (spec is not null && PodConditions.HoldsResources(container.State))
            PodContainerWriter.WriteResources(writer, spec.Cpus, spec.Mem, spec.Disk, spec.Gpus);
        if (container.State.IsTerminal())
            WriteEnd(writer, container);
        writer.WriteString("lastUpdated", updated);
        writer.WriteString("lastChanged", since);
        writer.WriteEndObject();
    }

    private static void WriteNetworks(Utf8JsonWriter writer, PodInstanceView view)
    {
        var addresses = view.Instance.Containers.SelectMany(container => container.LastStatus?.IpAddresses ?? default).Distinct(StringComparer.Ordinal).ToList();
        writer.WriteStartArray("networks");
        if (addresses.Count > 0)
        {
            writer.WriteStartObject();
            writer.WriteOptional("name", view.NetworkName);
            writer.WriteStartArray("addresses");
            foreach (var address in addresses)
                writer.WriteStringValue(address);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteTermination(Utf8JsonWriter writer, TaskFailure failure)
    {
        writer.WriteStartObject();
        writer.WriteString("instanceID", failure.InstanceId);
        writer.WriteString("startedAt", Timestamps.Of(failure.StartedAt));
        writer.WriteString("terminatedAt", Timestamps.Of(failure.Status.Timestamp));
        writer.WriteString("message", failure.Status.Message ?? "");
        writer.WriteStartArray("containers");
        foreach (var container in failure.Containers)
        {
            writer.WriteStartObject();
            writer.WriteString("containerId", container.TaskId);
            writer.WriteString("lastKnownState", container.State.ToWireName());
            WriteEnd(writer, container);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter writer, PodContainerStatus container)
    {
        if (container.LastStatus is not { } last)
            return;
        writer.WriteStartObject("termination");
        if (last.ExitStatus is { } exit)
            writer.WriteNumber("exitCode", exit);
        writer.WriteOptional("message", last.Message);
        writer.WriteEndObject();
    }
}
