using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>A framework that wants offers.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkSubscription")]
public sealed record FrameworkSubscription
{
    /// <summary>The framework id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The roles that it is in. Default <c>*</c>.</summary>
    [Id(1)]
    public ImmutableArray<string> Roles { get; init; } = [Platform.Core.Roles.RoleName.Default];

    /// <summary>What it can deal with.</summary>
    [Id(2)]
    public FrameworkCapabilities Capabilities { get; init; }

    /// <summary>The roles for which it wants no offers for now. Default none.</summary>
    [Id(3)]
    public ImmutableHashSet<string> SuppressedRoles { get; init; } = [];

    /// <summary>
    /// The least that an offer must hold, by role: any one of the quantities. A role that is missing has the allocator's
    /// minimum; an empty list means that anything will do.
    /// </summary>
    [Id(4)]
    public ImmutableDictionary<string, ImmutableArray<ResourceQuantities>> MinAllocatable { get; init; } =
        ImmutableDictionary<string, ImmutableArray<ResourceQuantities>>.Empty;

    /// <summary>Which agents it wants at all, by role. Default any.</summary>
    [Id(5)]
    public OfferConstraints OfferConstraints { get; init; } = OfferConstraints.None;
}
