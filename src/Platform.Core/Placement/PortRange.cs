namespace Platform.Core.Placement;

/// <summary>A range of host ports, both ends included.</summary>
/// <param name="Begin">The first port.</param>
/// <param name="End">The last port.</param>
[GenerateSerializer, Immutable, Alias("Platform.PortRange")]
public readonly record struct PortRange([property: Id(0)] int Begin, [property: Id(1)] int End);
