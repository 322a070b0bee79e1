namespace Platform.Core.Placement;

/// <summary>A volume that a task needs and that does not exist yet. A task whose volumes exist is pinned to their agent.</summary>
/// <param name="Kind">Where it lives.</param>
/// <param name="Size">MB. For <see cref="VolumeKind.Mount"/> the smallest disk that will do.</param>
[GenerateSerializer, Immutable]
public sealed record VolumeRequest([property: Id(0)] VolumeKind Kind, [property: Id(1)] decimal Size);
