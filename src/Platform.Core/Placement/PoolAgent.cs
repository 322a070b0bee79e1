using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>An agent as placement sees it: what it has in all and what it is like. What is free follows from the tasks on it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PoolAgent")]
public sealed record PoolAgent
{
    /// <summary>The agent id.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The field hostname or @hostname.</summary>
    [Id(1)] public required string Hostname { get; init; }

    /// <summary>The field @region of its fault domain; null when unknown.</summary>
    [Id(2)] public string? Region { get; init; }

    /// <summary>The field @zone of its fault domain; null when unknown.</summary>
    [Id(3)] public string? Zone { get; init; }

    /// <summary>Attributes as text in Marathon's form: scalars with up to 3 decimals, <c>[b-e,b-e]</c>, <c>{a,b}</c>.</summary>
    [Id(4)] public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Unreserved scalars in all.</summary>
    [Id(5)] public ScalarAmounts Unreserved { get; init; } = ScalarAmounts.None;

    /// <summary>Unreserved ports.</summary>
    [Id(6)] public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>What is reserved, by role.</summary>
    [Id(7)] public ImmutableArray<ReservedAmounts> Reserved { get; init; } = [];

    /// <summary>Slack that revocable tasks may use, beyond the rest.</summary>
    [Id(8)] public ScalarAmounts Slack { get; init; } = ScalarAmounts.None;

    /// <summary>Disks besides that of the work directory.</summary>
    [Id(9)] public ImmutableArray<AgentDisk> Disks { get; init; } = [];

    /// <summary>Marks that keep tasks away.</summary>
    [Id(10)] public ImmutableArray<Taint> Taints { get; init; } = [];

    /// <summary>The node pool. Default <c>default</c>.</summary>
    [Id(11)] public string NodePool { get; init; } = NodePools.Default;

    /// <summary>The containerizers it offers. Default: processes.</summary>
    [Id(12)] public ImmutableArray<string> Containerizers { get; init; } = [Placement.Containerizers.Process];

    /// <summary>Whether new tasks may come. Default Active.</summary>
    [Id(13)] public AgentAvailability Availability { get; init; }
}
