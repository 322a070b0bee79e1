namespace Platform.Core.Allocation;

/// <summary>An offer inside the model.</summary>
internal sealed class OfferEntry(Offer offer, AgentEntry agent, RoleClient client, Resources resources)
{
    internal Offer Offer { get; } = offer;

    internal AgentEntry Agent { get; } = agent;

    internal RoleClient Client { get; } = client;

    /// <summary>What is offered, without allocation marks.</summary>
    internal Resources Resources { get; } = resources;

    /// <summary>The ids under which the placement pool knows of it; it is told only when a demand is served.</summary>
    internal List<string> PoolIds { get; init; } = [];
}
