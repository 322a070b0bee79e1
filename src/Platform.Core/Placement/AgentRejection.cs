using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>Why one agent cannot take a task of a demand now, and what it could give.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentRejection")]
public sealed record AgentRejection
{
    /// <summary>The agent.</summary>
    [Id(0)] public required PoolAgent Agent { get; init; }

    /// <summary>Free scalars that the demand may use.</summary>
    [Id(1)] public ScalarAmounts Free { get; init; } = ScalarAmounts.None;

    /// <summary>Free unreserved ports.</summary>
    [Id(2)] public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>All its causes.</summary>
    [Id(3)] public ImmutableArray<Rejection> Causes { get; init; } = [];
}
