namespace Platform.Core.Allocation;

/// <summary>A gang that found no room in time; its demand does not wait any more.</summary>
/// <param name="DemandId">The demand.</param>
/// <param name="Owner">Whose it was.</param>
[GenerateSerializer, Immutable, Alias("Platform.ExpiredGang")]
public sealed record ExpiredGang([property: Id(0)] string DemandId, [property: Id(1)] string Owner);
