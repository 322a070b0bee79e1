namespace Platform.Core.Allocation;

/// <summary>A demand that was looked at and found no room for some of its tasks.</summary>
/// <param name="DemandId">The demand.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Left">So many tasks had no place then; when fewer wait they are fewer now.</param>
[GenerateSerializer, Immutable, Alias("Platform.DemandWithoutRoom")]
public sealed record DemandWithoutRoom([property: Id(0)] string DemandId, [property: Id(1)] string Owner, [property: Id(2)] int Left);
