using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.Client.Pods;

/// <summary>One container of an instance of a pod.</summary>
public sealed record PodContainer
{
    /// <summary>Its name in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>Its state, such as <c>TASK_RUNNING</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>Its task.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>Its ports.</summary>
    public IReadOnlyList<PodEndpoint> Endpoints { get; init; } = [];

    /// <summary>What is told of it, such as its health.</summary>
    public IReadOnlyList<PodCondition> Conditions { get; init; } = [];

    /// <summary>Everything else, by its name in JSON.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? More { get; set; }
}
