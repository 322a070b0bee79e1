namespace Platform.Core.Allocation;

/// <summary>One condition on an agent, by which a framework keeps offers away that it would decline.</summary>
[GenerateSerializer, Immutable, Alias("Platform.OfferConstraint")]
public sealed record OfferConstraint
{
    /// <summary>What it looks at. Default an attribute.</summary>
    [Id(0)]
    public OfferConstraintSubject Subject { get; init; }

    /// <summary>The name of the attribute; empty for other subjects.</summary>
    [Id(1)]
    public string AttributeName { get; init; } = "";

    /// <summary>The condition.</summary>
    [Id(2)]
    public OfferConstraintPredicate Predicate { get; init; }

    /// <summary>The text or the regular expression, where the condition needs one.</summary>
    [Id(3)]
    public string Value { get; init; } = "";
}
