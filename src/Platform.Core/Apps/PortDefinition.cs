using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A port in host mode.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PortDefinition")]
public sealed record PortDefinition
{
    /// <summary>The service port, and the host port if ports are required; 0: assigned by the server. Default 0.</summary>
    [Id(0)] public int Port { get; init; }

    /// <summary>tcp, udp or "udp,tcp". Default tcp.</summary>
    [Id(1)] public string Protocol { get; init; } = "tcp";

    /// <summary>The name, or null.</summary>
    [Id(2)] public string? Name { get; init; }

    /// <summary>Labels.</summary>
    [Id(3)] public ValueMap<string> Labels { get; init; }
}
