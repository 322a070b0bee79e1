using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>Conditions that must all hold.</summary>
/// <param name="Constraints">The conditions; at least one.</param>
[GenerateSerializer, Immutable, Alias("Platform.OfferConstraintGroup")]
public sealed record OfferConstraintGroup([property: Id(0)] ImmutableArray<OfferConstraint> Constraints);
