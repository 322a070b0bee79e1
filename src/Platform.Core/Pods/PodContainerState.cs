using System.Text.Json.Serialization;
using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>One container of a pod's instance as its grain records it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PodContainerState")]
public sealed record PodContainerState
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

    /// <summary>Its definition has a health check.</summary>
    [Id(5)] public bool HasHealthCheck { get; init; }

    /// <summary>Healthy by its check; null: not known.</summary>
    [Id(6)] public bool? Healthy { get; init; }

    /// <summary>What its end means for the instance.</summary>
    [Id(7)] public TaskGroupEnd Ends { get; init; }

    /// <summary>The last status that the agent sent; null: none yet.</summary>
    [Id(8)] public TaskUpdate? LastStatus { get; init; }

    /// <summary>It has not ended.</summary>
    [JsonIgnore]
    public bool IsLive => !State.IsTerminal();
}
