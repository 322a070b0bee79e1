using System.Collections.Immutable;
using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>What readers see of a role.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RoleUsage")]
public sealed record RoleUsage
{
    /// <summary>The role's path.</summary>
    [Id(0)]
    public required string Role { get; init; }

    /// <summary>Its weight. Default 1.</summary>
    [Id(1)]
    public double Weight { get; init; } = 1;

    /// <summary>Its quota.</summary>
    [Id(2)]
    public Quota Quota { get; init; } = Quota.None;

    /// <summary>What counts against its quota: reservations for it and unreserved scalars it holds, its subroles included.</summary>
    [Id(3)]
    public ResourceQuantities Consumed { get; init; }

    /// <summary>What its own frameworks and owners hold, offers included, subroles not.</summary>
    [Id(4)]
    public ResourceQuantities Held { get; init; }

    /// <summary>What is reserved for it and its subroles, used or not.</summary>
    [Id(5)]
    public ResourceQuantities Reserved { get; init; }

    /// <summary>Its tasks that wait for a place.</summary>
    [Id(6)]
    public int Waiting { get; init; }

    /// <summary>The frameworks in it.</summary>
    [Id(7)]
    public ImmutableArray<string> Frameworks { get; init; } = [];

    /// <summary>Its dominant share: the largest fraction of a scalar of the cluster that it holds, 0 to 1, without its weight.</summary>
    [Id(8)]
    public double DominantShare { get; init; }
}
