using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>A port of an endpoint.</summary>
[GenerateSerializer, Immutable, Alias("Platform.EndpointPort")]
public sealed record EndpointPort
{
    /// <summary>The name, or null.</summary>
    [Id(0)] public string? Name { get; init; }

    /// <summary>tcp, udp or "udp,tcp". Default tcp.</summary>
    [Id(1)] public string Protocol { get; init; } = "tcp";

    /// <summary>The port on the agent's addresses; 0: none (a port of a container's own network that is not published).</summary>
    [Id(2)] public int HostPort { get; init; }

    /// <summary>The port on the task's own addresses; 0: the same as <see cref="HostPort"/>.</summary>
    [Id(3)] public int ContainerPort { get; init; }

    /// <summary>The cluster-wide service port, or 0.</summary>
    [Id(4)] public int ServicePort { get; init; }

    /// <summary>Labels of the port, such as virtual addresses.</summary>
    [Id(5)] public ValueMap<string> Labels { get; init; }

    /// <summary>The task holds it, and its DiscoveryInfo does not tell of it. Default false.</summary>
    [Id(6)] public bool IsHidden { get; init; }

    /// <summary>The port's protocols, one by one.</summary>
    public IEnumerable<string> Protocols() => Protocol.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
