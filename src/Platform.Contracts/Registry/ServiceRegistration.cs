using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Contracts.Registry;

/// <summary>An instance that was registered from outside.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ServiceRegistration")]
public sealed record ServiceRegistration
{
    /// <summary>Its id, unique in the service.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Its IP address.</summary>
    [Id(1)] public required string Address { get; init; }

    /// <summary>Its ports.</summary>
    [Id(2)] public ValueList<EndpointPort> Ports { get; init; }

    /// <summary>Its tags.</summary>
    [Id(3)] public ValueMap<string> Tags { get; init; }

    /// <summary>Its share of new connections beside others, 0 to 1000. Default 1.</summary>
    [Id(4)] public int Weight { get; init; } = 1;

    /// <summary>It is removed when it does not say for so long that it is there. Seconds; null: it stays until it is removed.</summary>
    [Id(5)] public double? TtlSeconds { get; init; }

    /// <summary>Whether it is to be given work. Default ready.</summary>
    [Id(6)] public EndpointState State { get; init; } = EndpointState.Ready;

    /// <summary>When it was registered or last said that it is there.</summary>
    [Id(7)] public DateTimeOffset SeenAt { get; init; }

    /// <summary>How it is looked at; null: it is not, and is taken to be there.</summary>
    [Id(8)] public InstanceCheck? Check { get; init; }

    /// <summary>What checks have found out; null: nothing yet.</summary>
    [Id(9)] public InstanceHealth? Health { get; init; }
}
