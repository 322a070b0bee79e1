using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Contracts.Allocation;

/// <summary>What an owner of tasks has, as it tells the allocator after its own or the allocator's activation.</summary>
[GenerateSerializer, Immutable, Alias("Platform.OwnerHoldings")]
public sealed record OwnerHoldings
{
    /// <summary>Its tasks; what is held for others of it is released.</summary>
    [Id(0)] public ValueList<string> TaskIds { get; init; }

    /// <summary>Its persistent volumes, with or without a task; what is held for others of it is released.</summary>
    [Id(1)] public ValueList<PersistentVolume> Volumes { get; init; }

    /// <summary>How many of its tasks may be away at one time because they were preempted; null = no limit.</summary>
    [Id(2)] public int? DisruptionBudget { get; init; }
}
