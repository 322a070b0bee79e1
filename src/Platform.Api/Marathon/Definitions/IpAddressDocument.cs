using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Deprecated: an app's ipAddress, which became networks and port mappings.</summary>
internal sealed record IpAddressDocument
{
    public string? NetworkName { get; init; }

    public ValueMap<string> Labels { get; init; }

    /// <summary>The ports of its discovery info, as mappings without a host port.</summary>
    public ValueList<PortMapping> DiscoveryPorts { get; init; }

    public bool HasDiscovery { get; init; }
}
