namespace Platform.Core.Placement;

/// <summary>What a preference looks at.</summary>
public enum PreferenceKind
{
    /// <summary>The value of an attribute: wanted (weight above 0) or avoided (below 0).</summary>
    Attribute,

    /// <summary>Tasks of an owner with the same value of the field: wanted near (weight above 0) or apart (below 0).</summary>
    Owner,

    /// <summary>An even spread of the demand's owner over the values of the field, or by target shares.</summary>
    Spread,
}
