using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>A port of a placed task, with the number that the agent gave it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PortSpec")]
public sealed record PortSpec
{
    /// <summary>The name of the port, or null.</summary>
    [Id(0)] public string? Name { get; init; }

    /// <summary>The port on the agent; 0 if there is none (a container port that is not published).</summary>
    [Id(1)] public int HostPort { get; init; }

    /// <summary>The port inside the container's own network, or null in host mode.</summary>
    [Id(2)] public int? ContainerPort { get; init; }

    /// <summary>The cluster-wide service port, or null.</summary>
    [Id(3)] public int? ServicePort { get; init; }

    /// <summary>tcp, udp or "udp,tcp". Default tcp.</summary>
    [Id(4)] public string Protocol { get; init; } = "tcp";

    /// <summary>Labels of the port, such as VIP addresses.</summary>
    [Id(5)] public ValueMap<string> Labels { get; init; }
}
