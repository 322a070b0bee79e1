using Platform.Core;
using Platform.Core.Collections;

namespace Platform.Contracts.Allocation;

/// <summary>What readers see of the cluster's resources.</summary>
[GenerateSerializer, Immutable]
public sealed record AllocatorStatus
{
    /// <summary>Agents that take part.</summary>
    [Id(0)] public int Agents { get; init; }

    /// <summary>Everything that they have.</summary>
    [Id(1)] public required ResourceQuantities Total { get; init; }

    /// <summary>What tasks hold.</summary>
    [Id(2)] public required ResourceQuantities Allocated { get; init; }

    /// <summary>Roles that hold something, wait for something or were configured.</summary>
    [Id(3)] public ValueList<RoleStatus> Roles { get; init; }

    /// <summary>Tasks that hold resources.</summary>
    [Id(4)] public int Tasks { get; init; }

    /// <summary>Tasks that wait for a place.</summary>
    [Id(5)] public int Waiting { get; init; }
}
