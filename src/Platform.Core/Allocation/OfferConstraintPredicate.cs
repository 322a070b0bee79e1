namespace Platform.Core.Allocation;

/// <summary>What an offer constraint asks of an attribute.</summary>
[GenerateSerializer, Alias("Platform.OfferConstraintPredicate")]
public enum OfferConstraintPredicate
{
    /// <summary>It is there.</summary>
    Exists,

    /// <summary>It is not there.</summary>
    NotExists,

    /// <summary>It is there, and if it is a text, it is this one.</summary>
    TextEquals,

    /// <summary>It is not there, is no text, or is another text.</summary>
    TextNotEquals,

    /// <summary>It is there, and if it is a text, the whole of it matches.</summary>
    TextMatches,

    /// <summary>It is not there, is no text, or does not match as a whole.</summary>
    TextNotMatches,
}
