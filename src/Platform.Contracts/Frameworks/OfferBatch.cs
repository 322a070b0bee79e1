using Platform.Core.Allocation;
using Platform.Core.Collections;

namespace Platform.Contracts.Frameworks;

/// <summary>What a round of the allocator has for one framework.</summary>
[GenerateSerializer, Immutable, Alias("Platform.OfferBatch")]
public sealed record OfferBatch
{
    /// <summary>New offers.</summary>
    [Id(0)] public ValueList<Offer> Offers { get; init; }

    /// <summary>New inverse offers.</summary>
    [Id(1)] public ValueList<InverseOffer> InverseOffers { get; init; }

    /// <summary>Offers and inverse offers that are taken back.</summary>
    [Id(2)] public ValueList<RescindedOffer> Rescinded { get; init; }
}
