namespace Platform.Core.Allocation;

/// <summary>What an offer constraint looks at.</summary>
[GenerateSerializer, Alias("Platform.OfferConstraintSubject")]
public enum OfferConstraintSubject
{
    /// <summary>The first attribute of a name.</summary>
    Attribute,

    /// <summary>The agent's host name.</summary>
    Hostname,

    /// <summary>The region of the agent's fault domain.</summary>
    Region,

    /// <summary>The zone of the agent's fault domain.</summary>
    Zone,
}
