using System.Collections.Immutable;
using Platform.Core.Allocation;
using Platform.Core.Collections;

namespace Platform.Core.Frameworks;

/// <summary>An external scheduler as it describes itself when it subscribes.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkSpec")]
public sealed record FrameworkSpec
{
    /// <summary>Its name for people.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>The user that its tasks run as unless they say another one; empty: the agent's own.</summary>
    [Id(1)] public string User { get; init; } = "";

    /// <summary>The roles that it is in. Default <c>*</c>.</summary>
    [Id(2)] public ValueList<string> Roles { get; init; } = ["*"];

    /// <summary>How long its tasks go on without it, seconds. Default 0: they end as soon as it is away.</summary>
    [Id(3)] public double FailoverTimeoutSeconds { get; init; }

    /// <summary>What it can deal with.</summary>
    [Id(4)] public FrameworkCapabilities Capabilities { get; init; }

    /// <summary>Who it is for authorization, or null.</summary>
    [Id(5)] public string? Principal { get; init; }

    /// <summary>Where it says that it runs, or empty.</summary>
    [Id(6)] public string Hostname { get; init; } = "";

    /// <summary>Roles for which it wants no offers for now.</summary>
    [Id(7)] public ValueList<string> SuppressedRoles { get; init; }

    /// <summary>The least that an offer must hold, by role: any one of the quantities.</summary>
    [Id(8)] public ImmutableDictionary<string, ImmutableArray<ResourceQuantities>> MinAllocatable { get; init; } =
        ImmutableDictionary<string, ImmutableArray<ResourceQuantities>>.Empty;

    /// <summary>Which agents it wants.</summary>
    [Id(9)] public OfferConstraints OfferConstraints { get; init; } = OfferConstraints.None;

    /// <summary>Its description in the words of its own protocol, kept for readers of that protocol.</summary>
    [Id(10)] public byte[] Definition { get; init; } = [];

    /// <summary>It tells lost tasks apart by what became of them.</summary>
    public bool IsPartitionAware => (Capabilities & FrameworkCapabilities.PartitionAware) != 0;

    /// <summary>The subscription for the allocator.</summary>
    /// <param name="owner">The name under which it owns tasks.</param>
    public FrameworkSubscription Subscription(string owner) => new()
    {
        Id = owner,
        Roles = [.. Roles],
        Capabilities = Capabilities,
        SuppressedRoles = [.. SuppressedRoles],
        MinAllocatable = MinAllocatable,
        OfferConstraints = OfferConstraints,
    };

    /// <summary>
    /// Says what is wrong with a change of a framework that is known; null when nothing is. Rules of Mesos: user, principal and checkpointing stay. One that had
    /// no principal, as of before anybody had to log in, gets that of whoever comes with all of its roles.
    /// </summary>
    public string? ValidateChange(FrameworkSpec next) =>
        next.Principal != Principal && !(Principal is null && Roles.All(role => next.Roles.Contains(role))) ? "Changing framework's principal is not allowed."
        : next.User != User ? $"Updating 'FrameworkInfo.user' is unsupported; attempted to update from '{User}' to '{next.User}'"
        : null;
}
