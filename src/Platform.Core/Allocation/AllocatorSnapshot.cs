using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>A consistent picture of the allocator for pages and APIs; it never changes.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AllocatorSnapshot")]
public sealed record AllocatorSnapshot
{
    /// <summary>The agents, by id.</summary>
    [Id(0)]
    public ImmutableArray<AgentUsage> Agents { get; init; } = [];

    /// <summary>The roles that exist, by path.</summary>
    [Id(1)]
    public ImmutableArray<RoleUsage> Roles { get; init; } = [];

    /// <summary>The demands that wait, longest first.</summary>
    [Id(2)]
    public ImmutableArray<WaitingDemand> Waiting { get; init; } = [];

    /// <summary>The offers that nobody answered yet.</summary>
    [Id(3)]
    public ImmutableArray<Offer> Offers { get; init; } = [];

    /// <summary>The scalars of all agents.</summary>
    [Id(4)]
    public ResourceQuantities Total { get; init; }

    /// <summary>The scalars that are held, offers included.</summary>
    [Id(5)]
    public ResourceQuantities Held { get; init; }

    /// <summary>How many tasks hold resources.</summary>
    [Id(6)]
    public int Tasks { get; init; }
}
