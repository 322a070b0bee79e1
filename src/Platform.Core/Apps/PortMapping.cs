using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A port of a container network or bridge.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PortMapping")]
public sealed record PortMapping
{
    /// <summary>The port inside; 0: the same as the host port. Default 0.</summary>
    [Id(0)] public int ContainerPort { get; init; }

    /// <summary>The port on the agent; 0: any; null: not published.</summary>
    [Id(1)] public int? HostPort { get; init; }

    /// <summary>The service port; 0: assigned by the server. Null: none.</summary>
    [Id(2)] public int? ServicePort { get; init; }

    /// <summary>tcp, udp or "udp,tcp". Default tcp.</summary>
    [Id(3)] public string Protocol { get; init; } = "tcp";

    /// <summary>The name, or null.</summary>
    [Id(4)] public string? Name { get; init; }

    /// <summary>Labels.</summary>
    [Id(5)] public ValueMap<string> Labels { get; init; }

    /// <summary>The networks that it belongs to; empty: all.</summary>
    [Id(6)] public ValueList<string> NetworkNames { get; init; }
}
