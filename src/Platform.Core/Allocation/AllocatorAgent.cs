using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>An agent as the allocator sees it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AllocatorAgent")]
public sealed record AllocatorAgent
{
    /// <summary>The agent id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The host name.</summary>
    [Id(1)]
    public string Hostname { get; init; } = "";

    /// <summary>All that it has, reservations, volumes and reported slack (revocable resources) included.</summary>
    [Id(2)]
    public Resources Total { get; init; } = Resources.Empty;

    /// <summary>Its attributes. Default none.</summary>
    [Id(3)]
    public Attributes Attributes { get; init; } = Attributes.Empty;

    /// <summary>Where it stands; null when unknown.</summary>
    [Id(4)]
    public FaultDomain? FaultDomain { get; init; }

    /// <summary>Marks that keep tasks away. Default none.</summary>
    [Id(5)]
    public ImmutableArray<Taint> Taints { get; init; } = [];

    /// <summary>The node pool. Default <c>default</c>.</summary>
    [Id(6)]
    public string NodePool { get; init; } = NodePools.Default;

    /// <summary>The containerizers it offers. Default processes.</summary>
    [Id(7)]
    public ImmutableArray<string> Containerizers { get; init; } = [Placement.Containerizers.Process];

    /// <summary>Whether new tasks and offers may come. Default Active.</summary>
    [Id(8)]
    public AgentAvailability Availability { get; init; }

    /// <summary>When it will be away; null when nothing is planned.</summary>
    [Id(9)]
    public MaintenanceWindow? Maintenance { get; init; }
}
