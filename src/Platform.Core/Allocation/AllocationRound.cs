using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>All that one round decided; nothing of it comes again in a later round.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AllocationRound")]
public sealed record AllocationRound
{
    /// <summary>A round that decided nothing.</summary>
    public static AllocationRound Empty { get; } = new();

    /// <summary>Tasks that may be launched now. A task that had to wait for victims comes here only when they have ended.</summary>
    [Id(0)]
    public ImmutableArray<TaskPlacement> Placements { get; init; } = [];

    /// <summary>Tasks that must be killed, with their grace.</summary>
    [Id(1)]
    public ImmutableArray<Preemption> Preemptions { get; init; } = [];

    /// <summary>New offers.</summary>
    [Id(2)]
    public ImmutableArray<Offer> Offers { get; init; } = [];

    /// <summary>Offers that are taken back.</summary>
    [Id(3)]
    public ImmutableArray<RescindedOffer> Rescinded { get; init; } = [];

    /// <summary>New inverse offers.</summary>
    [Id(4)]
    public ImmutableArray<InverseOffer> InverseOffers { get; init; } = [];

    /// <summary>New explanations of demands that wait.</summary>
    [Id(5)]
    public ImmutableArray<PendingExplanation> Explanations { get; init; } = [];

    /// <summary>Demands that have all their tasks placed and are forgotten.</summary>
    [Id(6)]
    public ImmutableArray<string> Satisfied { get; init; } = [];

    /// <summary>Gangs that were given up because their time limit has passed.</summary>
    [Id(7)]
    public ImmutableArray<ExpiredGang> Expired { get; init; } = [];

    /// <summary>When the model wants another round although nothing happens until then; null for never.</summary>
    [Id(8)]
    public DateTimeOffset? NextWakeup { get; init; }

    /// <summary>Demands that wait and whose owners are told so.</summary>
    [Id(9)]
    public ImmutableArray<DemandWithoutRoom> WithoutRoom { get; init; } = [];

    /// <summary>True when nothing was decided.</summary>
    public bool IsEmpty => Placements.IsEmpty && Preemptions.IsEmpty && Offers.IsEmpty && Rescinded.IsEmpty && InverseOffers.IsEmpty
        && Explanations.IsEmpty && Satisfied.IsEmpty && Expired.IsEmpty && WithoutRoom.IsEmpty;

    /// <summary>One line for the log.</summary>
    public override string ToString() =>
        $"placed {Placements.Length}, preempted {Preemptions.Length}, offered {Offers.Length}, rescinded {Rescinded.Length}, inverse {InverseOffers.Length}, satisfied {Satisfied.Length}";
}
