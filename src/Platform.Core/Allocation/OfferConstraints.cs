using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>For each role of a framework, groups of conditions of which at least one must hold for an agent to be offered.</summary>
[GenerateSerializer, Immutable, Alias("Platform.OfferConstraints")]
public sealed record OfferConstraints
{
    /// <summary>No conditions.</summary>
    public static OfferConstraints None { get; } = new();

    /// <summary>The groups by role; a role that is missing has no conditions.</summary>
    [Id(0)]
    public ImmutableDictionary<string, ImmutableArray<OfferConstraintGroup>> Roles { get; init; } =
        ImmutableDictionary<string, ImmutableArray<OfferConstraintGroup>>.Empty;

    /// <summary>Every problem of the constraints, for the one who sent them; empty when they are valid.</summary>
    public ImmutableArray<string> Validate() => OfferConstraintFilter.Validate(this);
}
