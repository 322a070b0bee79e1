namespace Platform.Core;

/// <summary>Where a machine stands: machines of one zone tend to fail together, regions are far from each other.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="Zone">The zone's name within the region.</param>
[GenerateSerializer, Immutable, Alias("Platform.FaultDomain")]
public sealed record FaultDomain([property: Id(0)] string Region, [property: Id(1)] string Zone);
