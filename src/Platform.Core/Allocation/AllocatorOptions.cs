using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>What the operator decides about the allocator.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AllocatorOptions")]
public sealed record AllocatorOptions
{
    /// <summary>The least that an offer must hold: any one of these. Default <c>cpus:0.01</c> or <c>mem:32</c>, as in Mesos.</summary>
    [Id(0)]
    public ImmutableArray<ResourceQuantities> MinAllocatable { get; init; } =
        [ResourceQuantities.Of(cpus: 10), ResourceQuantities.Of(mem: 32_000)];

    /// <summary>Scalars that do not count for fair shares. Default none.</summary>
    [Id(1)]
    public ImmutableHashSet<string> ExcludedFromFairness { get; init; } = [];

    /// <summary>Whether agents with GPUs are offered only to frameworks that ask for GPUs. Default true, as in Mesos.</summary>
    [Id(2)]
    public bool FilterGpuResources { get; init; } = true;

    /// <summary>Where the control plane stands; agents of other regions go to region-aware frameworks only. Default unknown.</summary>
    [Id(3)]
    public FaultDomain? FaultDomain { get; init; }

    /// <summary>The shortest life of a filter, also of a decline with zero seconds, so that a decline is never answered by the same offer at once. Default 1 s, Mesos' allocation interval.</summary>
    [Id(4)]
    public TimeSpan MinFilterTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether a decline with zero seconds filters for <see cref="MinFilterTimeout"/>. Default true; the original filters nothing then, since its batches hold offers back.</summary>
    [Id(5)]
    public bool FilterZeroDeclines { get; init; } = true;

    /// <summary>
    /// Whether limits of a role bind the roles below it, and guarantees of a role may be used by those below it. Default true;
    /// the original counts subroles but neither binds them nor lets them use the guarantee.
    /// </summary>
    [Id(6)]
    public bool HierarchicalQuota { get; init; } = true;

    /// <summary>After this an offer that nobody answered is taken back. Default null: never, as in Mesos.</summary>
    [Id(7)]
    public TimeSpan? OfferTimeout { get; init; }

    /// <summary>About how many tasks one round places at most, so that a large demand does not keep the caller from other work; a gang is never divided. Default 5,000.</summary>
    [Id(9)]
    public int MaxPlacementsPerRound { get; init; } = 5_000;

    /// <summary>Starts the random order of agents. Default 0.</summary>
    [Id(8)]
    public int Seed { get; init; }
}
