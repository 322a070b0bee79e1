using Platform.Core.Collections;

namespace Platform.Core.Pods;

/// <summary>The image of a container.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PodImageSpec")]
public sealed record PodImageSpec
{
    /// <summary>DOCKER, the only kind.</summary>
    [Id(0)] public string Kind { get; init; } = "DOCKER";

    /// <summary>The reference, such as <c>nginx:1.27</c>.</summary>
    [Id(1)] public required string Id { get; init; }

    /// <summary>Pull even if the agent has it; null: not given.</summary>
    [Id(2)] public bool? ForcePull { get; init; }

    /// <summary>The name of the secret with the registry's credentials, or null.</summary>
    [Id(3)] public string? PullConfigSecret { get; init; }

    /// <summary>Labels.</summary>
    [Id(4)] public ValueMap<string> Labels { get; init; }
}
