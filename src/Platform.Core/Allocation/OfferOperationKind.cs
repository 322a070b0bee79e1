namespace Platform.Core.Allocation;

/// <summary>What a framework does with offered resources.</summary>
[GenerateSerializer, Alias("Platform.OfferOperationKind")]
public enum OfferOperationKind
{
    /// <summary>Runs a task on them.</summary>
    Launch,

    /// <summary>Reserves them; the resources carry the new reservation on top.</summary>
    Reserve,

    /// <summary>Takes the top reservation off.</summary>
    Unreserve,

    /// <summary>Makes persistent volumes; the resources carry the disk's persistence.</summary>
    Create,

    /// <summary>Unmakes persistent volumes.</summary>
    Destroy,

    /// <summary>Adds free disk of the same kind to a persistent volume.</summary>
    Grow,

    /// <summary>Gives a part of a persistent volume back as free disk.</summary>
    Shrink,
}
