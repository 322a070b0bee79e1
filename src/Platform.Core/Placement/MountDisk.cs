namespace Platform.Core.Placement;

/// <summary>A disk that is used whole or not at all.</summary>
/// <param name="Root">Where it is mounted.</param>
/// <param name="Size">MB.</param>
[GenerateSerializer, Immutable]
public sealed record MountDisk([property: Id(0)] string Root, [property: Id(1)] decimal Size);
