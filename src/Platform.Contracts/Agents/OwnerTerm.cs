namespace Platform.Contracts.Agents;

/// <summary>Which activation of an owner sends. Agents ignore what an earlier one sends than the last they have heard of.</summary>
/// <param name="Owner">The owner text.</param>
/// <param name="Term">A number that each activation records, greater than all before, ahead of its first effect.</param>
[GenerateSerializer, Immutable, Alias("Platform.OwnerTerm")]
public sealed record OwnerTerm([property: Id(0)] string Owner, [property: Id(1)] long Term);
