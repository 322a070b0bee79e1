using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>Something that can be reached and belongs to a service: a running task, or what was registered from outside.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ServiceEndpoint")]
public sealed record ServiceEndpoint
{
    /// <summary>The task's id, or the id that it was registered under; unique in its service.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The name of the framework in DNS names, such as <c>marathon</c>.</summary>
    [Id(1)] public required string Framework { get; init; }

    /// <summary>The task's name. Default: empty.</summary>
    [Id(2)] public string Name { get; init; } = "";

    /// <summary>The name under which it wants to be found (Mesos' DiscoveryInfo), such as <c>web.shop</c>; null: <see cref="Name"/>.</summary>
    [Id(3)] public string? DiscoveryName { get; init; }

    /// <summary>The agent's id; empty if it is registered from outside.</summary>
    [Id(4)] public string AgentId { get; init; } = "";

    /// <summary>The agent's addresses; for an endpoint from outside its own.</summary>
    [Id(5)] public ValueList<string> AgentAddresses { get; init; }

    /// <summary>The task's own addresses; empty: it has those of its agent.</summary>
    [Id(6)] public ValueList<string> Addresses { get; init; }

    /// <summary>Its ports in the order of their definition.</summary>
    [Id(7)] public ValueList<EndpointPort> Ports { get; init; }

    /// <summary>Whether it is to be given work.</summary>
    [Id(8)] public EndpointState State { get; init; }

    /// <summary>Its share of new connections beside others, 0 to 1000. Default 1.</summary>
    [Id(9)] public int Weight { get; init; } = 1;

    /// <summary>Labels of the app, or tags of what was registered from outside.</summary>
    [Id(10)] public ValueMap<string> Labels { get; init; }

    /// <summary>Who told of it: a task's owner such as <c>app:/shop/web</c>; empty: it was registered from outside.</summary>
    [Id(11)] public string Owner { get; init; } = "";

    /// <summary>The version of the definition that it was made from, or null.</summary>
    [Id(12)] public string? Version { get; init; }

    /// <summary>The share of new connections that all endpoints with one together get, in percent: the step of a canary. Null: it shares what is left with its like.</summary>
    [Id(13)] public double? Share { get; init; }

    /// <summary>What a check of the control plane says against it; null: nothing, or there is no such check.</summary>
    [Id(14)] public string? Problem { get; init; }

    /// <summary>The task's addresses: its own, or those of its agent.</summary>
    public ValueList<string> TaskAddresses => Addresses.IsEmpty ? AgentAddresses : Addresses;
}
