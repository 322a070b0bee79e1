using Platform.Contracts.Pods;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Contracts.Apps;

/// <summary>One instance of an app or pod.</summary>
[GenerateSerializer, Immutable, Alias("Platform.InstanceStatus")]
public sealed record InstanceStatus
{
    /// <summary>The instance, such as <c>shop_web.instance-UUID</c>.</summary>
    [Id(0)] public required string InstanceId { get; init; }

    /// <summary>Its place and current task, such as <c>shop_web.instance-UUID._app.1</c>; for a pod its place and task group, <c>..._pod.1</c>.</summary>
    [Id(1)] public required string TaskId { get; init; }

    /// <summary>The version of the definition that it was made from.</summary>
    [Id(2)] public required string Version { get; init; }

    /// <summary>The agent.</summary>
    [Id(3)] public required string AgentId { get; init; }

    /// <summary>The agent's host name.</summary>
    [Id(4)] public required string Host { get; init; }

    /// <summary>The agent's fault domain, or null.</summary>
    [Id(5)] public string? Region { get; init; }

    /// <summary>The agent's fault domain, or null.</summary>
    [Id(6)] public string? Zone { get; init; }

    /// <summary>What its task does.</summary>
    [Id(7)] public TaskState State { get; init; }

    /// <summary>The last status that its agent sent; null: none yet.</summary>
    [Id(8)] public TaskUpdate? LastStatus { get; init; }

    /// <summary>When its place was found.</summary>
    [Id(9)] public DateTimeOffset StagedAt { get; init; }

    /// <summary>When it was first seen running.</summary>
    [Id(10)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Its host ports in the order of their definition.</summary>
    [Id(11)] public ValueList<int> Ports { get; init; }

    /// <summary>Healthy; null: no health check, or unknown.</summary>
    [Id(12)] public bool? Healthy { get; init; }

    /// <summary>Ready; null: no readiness check, or unknown.</summary>
    [Id(13)] public bool? Ready { get; init; }

    /// <summary>It is on its way out because of scaling, an update or a kill.</summary>
    [Id(14)] public bool Doomed { get; init; }

    /// <summary>The role that it is charged to.</summary>
    [Id(15)] public string Role { get; init; } = "*";

    /// <summary>Ids of its persistent volumes.</summary>
    [Id(16)] public ValueList<string> Volumes { get; init; }

    /// <summary>The containers of a pod's instance in the order of their definition; empty for an app.</summary>
    [Id(17)] public ValueList<PodContainerStatus> Containers { get; init; }

    /// <summary>When its state or health last changed. Pods only.</summary>
    [Id(18)] public DateTimeOffset Since { get; init; }
}
