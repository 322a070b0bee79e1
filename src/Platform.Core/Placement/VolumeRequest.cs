using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>A volume that a task needs and that does not exist yet. Existing ones are named by <see cref="Demand.ExistingVolumes"/>.</summary>
/// <param name="Kind">Where it lives.</param>
/// <param name="Size">MB. For <see cref="VolumeKind.Mount"/> the smallest disk that will do.</param>
/// <param name="Name">Tells the volumes of one task apart; the volume's id is <c>{instance id}#{Name}</c>. Default empty.</param>
[GenerateSerializer, Immutable, Alias("Platform.VolumeRequest")]
public sealed record VolumeRequest([property: Id(0)] VolumeKind Kind, [property: Id(1)] decimal Size, [property: Id(2)] string Name = "")
{
    /// <summary>MB: the largest mount disk that will do; null for any.</summary>
    [Id(3)] public decimal? MaxSize { get; init; }

    /// <summary>The storage profile that a mount disk must have; null for disks of any or none.</summary>
    [Id(4)] public string? Profile { get; init; }

    /// <summary>Regular expressions that the whole path of the disk must match, or must not (UNLIKE). Not for root volumes. Default none.</summary>
    [Id(5)] public ImmutableArray<Constraint> Paths { get; init; } = [];
}
