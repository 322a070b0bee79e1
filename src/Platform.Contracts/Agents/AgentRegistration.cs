using Platform.Core;
using Platform.Core.Agents;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Placement;

namespace Platform.Contracts.Agents;

/// <summary>What an agent says of itself at the start of each session.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentRegistration")]
public sealed record AgentRegistration
{
    /// <summary>The newest version of the session's protocol that it speaks.</summary>
    [Id(0)] public int Protocol { get; init; } = AgentProtocol.Newest;

    /// <summary>The id that the agent made at its first start and keeps in its work directory.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>Its name for people, unique among the agents in use. Default: the host's name.</summary>
    [Id(2)] public required string Name { get; init; }

    /// <summary>The name or address under which its tasks' ports are reached.</summary>
    [Id(3)] public required string Hostname { get; init; }

    /// <summary>The address under which its tasks' ports are reached.</summary>
    [Id(4)] public string Address { get; init; } = "127.0.0.1";

    /// <summary>Everything that it offers.</summary>
    [Id(5)] public required Resources Resources { get; init; }

    /// <summary>Attributes, in Mesos' text form such as <c>rack:a;ssd:true</c>.</summary>
    [Id(6)] public string Attributes { get; init; } = "";

    /// <summary>The fault domain's region, or null.</summary>
    [Id(7)] public string? Region { get; init; }

    /// <summary>The fault domain's zone, or null.</summary>
    [Id(8)] public string? Zone { get; init; }

    /// <summary>The version of the agent's software.</summary>
    [Id(9)] public string Version { get; init; } = "";

    /// <summary>The containerizers that it has, such as <c>process</c>.</summary>
    [Id(10)] public ValueList<string> Containerizers { get; init; }

    /// <summary>All tasks that it has and whose end was not acknowledged yet.</summary>
    [Id(11)] public ValueList<TaskReport> Tasks { get; init; }

    /// <summary>Persistent volumes that it holds.</summary>
    [Id(12)] public ValueList<PersistentVolume> Volumes { get; init; }

    /// <summary>Taints: <c>key=value:effect</c> or <c>key</c>.</summary>
    [Id(13)] public ValueList<string> Taints { get; init; }

    /// <summary>The node pool, or null.</summary>
    [Id(14)] public string? Pool { get; init; }

    /// <summary>It runs no processes; for tests of scale.</summary>
    [Id(15)] public bool Simulated { get; init; }

    /// <summary>Whether limits are enforced, and if not why not.</summary>
    [Id(16)] public string? Isolation { get; init; }

    /// <summary>A random id of this run of the agent's process, the same in all its sessions. It tells an agent that dials again from a second agent with a copied work directory.</summary>
    [Id(17)] public string Run { get; init; } = "";

    /// <summary>Folders that jobs may have watched for files.</summary>
    [Id(18)] public ValueList<WatchFolder> WatchFolders { get; init; }

    /// <summary>The oldest version of the session's protocol that it speaks; 0: only <see cref="Protocol"/>.</summary>
    [Id(19)] public int OldestProtocol { get; init; } = AgentProtocol.Oldest;

    /// <summary>Where tools of Mesos find it at its own address; 0: nowhere.</summary>
    [Id(20)] public int HttpPort { get; init; }

    /// <summary>How much it logs, and for how long still; null: as it was started.</summary>
    [Id(21)] public AgentLogging? Logging { get; init; }
}
