using Platform.Contracts.Apps;
using Platform.Contracts.Pods;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Grains.Apps;

/// <summary>An instance in memory: its record, and what need not survive a restart.</summary>
internal sealed class AppInstance(InstanceState state)
{
    private InstanceStatus? _status;
    private InstanceState _state = state;

    /// <summary>The epoch of a launch that is on its way.</summary>
    public const long Launching = long.MaxValue;

    /// <summary>The record.</summary>
    public InstanceState State
    {
        get => _state;
        set
        {
            _state = value;
            _status = null;
        }
    }

    /// <summary>The agent's session that the launch was sent on; 0 if it was an earlier activation that sent it.</summary>
    public long LaunchEpoch { get; set; }

    /// <summary>When the last kill was sent; null: none by this activation.</summary>
    public DateTimeOffset? KillSentAt { get; set; }

    /// <summary>What readers see.</summary>
    public InstanceStatus Status => _status ??= new()
    {
        InstanceId = _state.InstanceId,
        TaskId = _state.TaskId,
        Version = _state.Version,
        AgentId = _state.AgentId,
        Host = _state.Host,
        Region = _state.Region,
        Zone = _state.Zone,
        State = _state.State,
        LastStatus = _state.LastStatus,
        StagedAt = _state.StagedAt,
        StartedAt = _state.StartedAt,
        Ports = _state.Ports,
        Healthy = _state.Healthy,
        Ready = _state.HasReadinessChecks ? _state.Ready : null,
        Doomed = _state.Doomed,
        Role = _state.Role,
        Volumes = _state.Volumes,
        Containers = ContainersOf(_state),
        Since = _state.Since,
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
