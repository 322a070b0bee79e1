using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Metrics;

namespace Platform.Contracts.Allocation;

/// <summary>What readers see of the cluster's resources.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AllocatorStatus")]
public sealed record AllocatorStatus
{
    /// <summary>Agents that take part.</summary>
    [Id(0)] public int Agents { get; init; }

    /// <summary>The scalars that they have.</summary>
    [Id(1)] public ResourceQuantities Total { get; init; }

    /// <summary>The scalars that are held.</summary>
    [Id(2)] public ResourceQuantities Held { get; init; }

    /// <summary>Roles that hold something, wait for something or were configured, by path.</summary>
    [Id(3)] public ValueList<RoleUsage> Roles { get; init; }

    /// <summary>Tasks that hold resources.</summary>
    [Id(4)] public int Tasks { get; init; }

    /// <summary>Tasks that wait for a place.</summary>
    [Id(5)] public int Waiting { get; init; }

    /// <summary>Rounds since the allocator began.</summary>
    [Id(6)] public long Rounds { get; init; }

    /// <summary>How long they took; null: there was none within the hour.</summary>
    [Id(7)] public TimingSummary? RoundTimes { get; init; }

    /// <summary>How long they were waited for from the first change that asked for one; null: none was within the hour.</summary>
    [Id(8)] public TimingSummary? RoundWaits { get; init; }
}
