using Platform.Contracts.Apps;
using Platform.Contracts.Pods;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Grains.Apps;

/// <summary>Instances as readers see them.</summary>
internal static class InstanceView
{
    /// <summary>What readers see of an instance.</summary>
    public static InstanceStatus Of(InstanceState instance) => new()
    {
        InstanceId = instance.InstanceId,
        TaskId = instance.TaskId,
        Version = instance.Version,
        AgentId = instance.AgentId,
        Host = instance.Host,
        Region = instance.Region,
        Zone = instance.Zone,
        State = instance.State,
        LastStatus = instance.LastStatus,
        StagedAt = instance.StagedAt,
        StartedAt = instance.StartedAt,
        Ports = instance.Ports,
        Healthy = instance.Healthy,
        Ready = instance.HasReadinessChecks ? instance.Ready : null,
        Doomed = instance.Doomed,
        Role = instance.Role,
        Volumes = instance.Volumes,
        Containers = ContainersOf(instance),
        Since = instance.Since,
    };

    /// <summary>What readers see of the containers of a pod's instance.</summary>
    public static ValueList<PodContainerStatus> ContainersOf(InstanceState instance) => instance.Containers.Select(container => new PodContainerStatus
    {
        Name = container.Name,
        TaskId = container.TaskId,
        State = container.State,
        Since = container.Since,
        StartedAt = container.StartedAt,
        Healthy = container.Healthy,
        LastStatus = container.LastStatus,
    }).ToValueList();
}
