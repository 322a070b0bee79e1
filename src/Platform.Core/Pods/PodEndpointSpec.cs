using Platform.Core.Collections;

namespace Platform.Core.Pods;

/// <summary>A port of a container.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PodEndpointSpec")]
public sealed record PodEndpointSpec
{
    /// <summary>The name, unique in the pod.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>The port inside the container's own network; 0: the same as the host port; null: none (host network).</summary>
    [Id(1)] public int? ContainerPort { get; init; }

    /// <summary>The port on the agent; 0: any; null: none.</summary>
    [Id(2)] public int? HostPort { get; init; }

    /// <summary>Protocols such as tcp and udp.</summary>
    [Id(3)] public ValueList<string> Protocols { get; init; }

    /// <summary>Labels.</summary>
    [Id(4)] public ValueMap<string> Labels { get; init; }

    /// <summary>The container networks that it belongs to; empty: all.</summary>
    [Id(5)] public ValueList<string> NetworkNames { get; init; }
}
