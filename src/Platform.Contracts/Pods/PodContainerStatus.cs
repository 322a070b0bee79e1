using Platform.Core.Tasks;

namespace Platform.Contracts.Pods;

/// <summary>What readers see of one container of a pod's instance.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PodContainerStatus")]
public sealed record PodContainerStatus
{
    /// <summary>The container's name in the definition.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Its task, such as <c>shop_web.instance-UUID.nginx.1</c>.</summary>
    [Id(1)] public required string TaskId { get; init; }

    /// <summary>What the task does.</summary>
    [Id(2)] public TaskState State { get; init; }

    /// <summary>Since when.</summary>
    [Id(3)] public DateTimeOffset Since { get; init; }

    /// <summary>When it was first seen running; null: not yet.</summary>
    [Id(4)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Healthy; null: no health check, or unknown.</summary>
    [Id(5)] public bool? Healthy { get; init; }

    /// <summary>The last status that its agent sent; null: none yet.</summary>
    [Id(6)] public TaskUpdate? LastStatus { get; init; }
}
