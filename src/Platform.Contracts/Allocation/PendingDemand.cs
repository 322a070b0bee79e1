using Platform.Core.Placement;

namespace Platform.Contracts.Allocation;

/// <summary>A demand that waits, and why.</summary>
[GenerateSerializer, Immutable]
public sealed record PendingDemand
{
    /// <summary>The demand.</summary>
    [Id(0)] public required string DemandId { get; init; }

    /// <summary>Whose it is.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>Its role.</summary>
    [Id(2)] public required string Role { get; init; }

    /// <summary>0 to 100.</summary>
    [Id(3)] public int Priority { get; init; }

    /// <summary>Tasks that wait.</summary>
    [Id(4)] public int Waiting { get; init; }

    /// <summary>Since when.</summary>
    [Id(5)] public DateTimeOffset Since { get; init; }

    /// <summary>Why; null: not tried yet.</summary>
    [Id(6)] public PendingExplanation? Explanation { get; init; }
}
