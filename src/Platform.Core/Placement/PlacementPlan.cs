using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>What was decided for one demand.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PlacementPlan")]
public sealed record PlacementPlan
{
    /// <summary>The demand.</summary>
    [Id(0)] public required string DemandId { get; init; }

    /// <summary>Tasks that got a place; those with <see cref="TaskPlacement.Awaits"/> wait for their victims to end.</summary>
    [Id(1)] public ImmutableArray<TaskPlacement> Placements { get; init; } = [];

    /// <summary>Tasks that must be killed for them.</summary>
    [Id(2)] public ImmutableArray<Preemption> Preemptions { get; init; } = [];

    /// <summary>How many tasks found no place.</summary>
    [Id(3)] public int Unplaced { get; init; }

    /// <summary>Why; null when all were placed or no explanation was asked for.</summary>
    [Id(4)] public PendingExplanation? Pending { get; init; }

    /// <summary>The decision in one line, for logs.</summary>
    public override string ToString() =>
        $"{DemandId}: placed {Placements.Length}, preempted {Preemptions.Length}, unplaced {Unplaced}"
        + (Pending is { Impossible: true } ? " (impossible on these agents)" : "");
}
