using System.Collections.Immutable;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;

namespace Platform.Dashboard.Live;

/// <summary>The cluster as it was read last. It never changes; a newer one takes its place.</summary>
public sealed record ClusterSnapshot
{
    /// <summary>Nothing was read yet.</summary>
    public static ClusterSnapshot Unread { get; } = new();

    /// <summary>Everything was read at least once.</summary>
    public bool IsRead { get; init; }

    /// <summary>Why nothing new can be read at the moment; null: all is well.</summary>
    public string? Trouble { get; init; }

    /// <summary>Since when there has been trouble.</summary>
    public DateTimeOffset? TroubleSince { get; init; }

    /// <summary>Apps and pods, by path.</summary>
    public ImmutableSortedDictionary<string, AppSummary> Apps { get; init; } = ImmutableSortedDictionary.Create<string, AppSummary>(StringComparer.Ordinal);

    /// <summary>Agents, by id.</summary>
    public ImmutableSortedDictionary<string, AgentSummary> Agents { get; init; } = ImmutableSortedDictionary.Create<string, AgentSummary>(StringComparer.Ordinal);

    /// <summary>Running deployments, oldest first.</summary>
    public ImmutableArray<DeploymentStatus> Deployments { get; init; } = [];

    /// <summary>What the allocator has; null: not read yet.</summary>
    public AllocatorStatus? Allocator { get; init; }

    /// <summary>The version of the tree of groups.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Grows with each snapshot.</summary>
    public long Number { get; init; }
}
