namespace Platform.Core.Allocation;

/// <summary>A framework inside the allocator.</summary>
internal sealed class FrameworkEntry(FrameworkSubscription subscription)
{
    internal string Id => Subscription.Id;

    internal FrameworkSubscription Subscription { get; set; } = subscription;

    internal OfferConstraintFilter Constraints { get; set; } = new(subscription.OfferConstraints);

    internal HashSet<string> Suppressed { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, RoleClient> Clients { get; } = new(StringComparer.Ordinal);

    internal bool IsActive { get; set; }

    /// <summary>Until when, in ticks of UTC, it wants no inverse offer for an agent.</summary>
    internal Dictionary<string, long> InverseFilters { get; } = new(StringComparer.Ordinal);

    internal bool Can(FrameworkCapabilities capability) => (Subscription.Capabilities & capability) == capability;
}
