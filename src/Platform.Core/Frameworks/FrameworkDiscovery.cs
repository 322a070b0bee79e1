using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Core.Frameworks;

/// <summary>How a task of a framework wants to be found: Mesos' DiscoveryInfo, and the ports that it holds.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkDiscovery")]
public sealed record FrameworkDiscovery
{
    /// <summary>The task's name.</summary>
    [Id(0)] public string Name { get; init; } = "";

    /// <summary>The name of its DiscoveryInfo; null: it has none, or one without a name, which counts as none.</summary>
    [Id(1)] public string? DiscoveryName { get; init; }

    /// <summary>The ports of its DiscoveryInfo, then those that it holds besides, which are hidden.</summary>
    [Id(2)] public ValueList<EndpointPort> Ports { get; init; }

    /// <summary>Labels of the task, over those of its DiscoveryInfo.</summary>
    [Id(3)] public ValueMap<string> Labels { get; init; }

    /// <summary>It is not ready before a check has said so.</summary>
    [Id(4)] public bool HasHealthCheck { get; init; }

    /// <summary>Its addresses are its own, not those of its agent.</summary>
    [Id(5)] public bool HasOwnNetwork { get; init; }

    /// <summary>The host name or address of its agent.</summary>
    [Id(6)] public string Host { get; init; } = "";
}
