using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>Makes the record of an instance that got a place.</summary>
public static class InstancePlacing
{
    /// <summary>The instance on its place.</summary>
    /// <param name="target">The definition that it is made from.</param>
    /// <param name="parked">The instance that gets its next task; null: a new one.</param>
    /// <param name="placement">The place.</param>
    /// <param name="now">The instant.</param>
    public static InstanceState Place(AppTarget target, string? parked, TaskPlacement placement, DateTimeOffset now)
    {
        var spec = target.Spec;
        var instanceId = parked ?? InstanceIds.InstanceOf(placement.TaskId);
        return new()
        {
            InstanceId = instanceId,
            TaskId = placement.TaskId,
            Version = target.Version,
            ConfigVersion = target.ConfigVersion,
            AgentId = placement.AgentId,
            Host = placement.Hostname,
            Region = placement.Region,
            Zone = placement.Zone,
            Attributes = GroupAttributes(spec, placement),
            Role = spec.Role,
            State = TaskState.Staging,
            StagedAt = now,
            HasHealthChecks = spec.Pod is { } pod ? PodTransitions.HasHealthChecks(pod) : !spec.HealthChecks.IsEmpty,
            HasReadinessChecks = !spec.ReadinessChecks.IsEmpty,
            Ports = AppPorts.HostPorts(spec, placement.Ports).Select(port => port ?? 0).ToValueList(),
            Volumes = target.IsResident ? VolumeIds(spec, instanceId) : default,
            PlacedVolumes = [.. placement.Volumes],
            Gpus = [.. placement.Gpus],
            Containers = PodTransitions.Stage(target, instanceId, InstanceIds.IncarnationOf(placement.TaskId), now),
            Since = now,
        };
    }

    private static ValueMap<string> GroupAttributes(AppSpec spec, TaskPlacement placement)
    {
        Dictionary<string, string>? attributes = null;
        foreach (var constraint in spec.Constraints)
        {
            if (constraint.Operator == "GROUP_BY" && placement.Attributes.TryGetValue(constraint.Field, out var value))
                (attributes ??= [])[constraint.Field] = value;
        }
        return attributes?.ToValueMap() ?? default;
    }

    private static ValueList<string> VolumeIds(AppSpec spec, string instanceId) => (spec.Pod is { } pod
        ? pod.Volumes.Where(volume => volume.Persistent is not null).Select(volume => volume.Name)
        : spec.Container!.Volumes.Where(volume => volume.Persistent is not null).Select(volume => volume.ContainerPath))
        .Select(path => TaskTemplate.VolumeId(instanceId, path)).ToValueList();
}
