using System.Collections.Immutable;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;

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

    /// <summary>Jobs, by id.</summary>
    public ImmutableSortedDictionary<string, JobOverview> Jobs { get; init; } = ImmutableSortedDictionary.Create<string, JobOverview>(StringComparer.Ordinal);

    /// <summary>External schedulers, by id.</summary>
    public ImmutableSortedDictionary<string, FrameworkStatus> Frameworks { get; init; } = ImmutableSortedDictionary.Create<string, FrameworkStatus>(StringComparer.Ordinal);

    /// <summary>Grows with each change of a service, see <see cref="Platform.Core.Registry.ServiceDirectory.Index"/>.</summary>
    public long Services { get; init; }

    /// <summary>Running deployments, oldest first.</summary>
    public ImmutableArray<DeploymentStatus> Deployments { get; init; } = [];

    /// <summary>What the allocator has; null: not read yet.</summary>
    public AllocatorStatus? Allocator { get; init; }

    /// <summary>The version of the tree of groups.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>What everything in a group is started after, by the group's path; groups without that are left out.</summary>
    public ImmutableSortedDictionary<string, ValueList<string>> GroupDependencies { get; init; } = ImmutableSortedDictionary.Create<string, ValueList<string>>(StringComparer.Ordinal);

    /// <summary>Grows with each snapshot.</summary>
    public long Number { get; init; }
}
