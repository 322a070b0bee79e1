using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Contracts.Allocation;

/// <summary>Places that the allocator found for one demand. They are held until the owner launches or releases them.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PlacementBatch")]
public sealed record PlacementBatch
{
    /// <summary>The demand.</summary>
    [Id(0)] public required string DemandId { get; init; }

    /// <summary>The places.</summary>
    [Id(1)] public ValueList<TaskPlacement> Placements { get; init; }

    /// <summary>The run of the allocator that found them.</summary>
    [Id(2)] public long Run { get; init; }
}
