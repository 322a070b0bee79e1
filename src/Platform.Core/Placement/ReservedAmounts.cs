using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>The part of an agent that is reserved to a role.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ReservedAmounts")]
public sealed record ReservedAmounts
{
    /// <summary>The role; also its descendants may use it.</summary>
    [Id(0)] public required string Role { get; init; }

    /// <summary>The scalars.</summary>
    [Id(1)] public ScalarAmounts Scalars { get; init; } = ScalarAmounts.None;

    /// <summary>The ports. Default none.</summary>
    [Id(2)] public ImmutableArray<PortRange> Ports { get; init; } = [];
}
