using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>What the caller knows and the pool does not, for one call of the planner.</summary>
public sealed record PlacementOptions
{
    /// <summary>No limits, preemption allowed, explanation given.</summary>
    public static readonly PlacementOptions Default = new();

    /// <summary>Limits of the demand's role, of its ancestors and of the cluster's headroom. Default none.</summary>
    public ImmutableArray<RoleAllowance> Allowances { get; init; } = [];

    /// <summary>
    /// For each role with a guarantee: how much above its guarantee it uses, by kind. Victims are taken from a role (and its
    /// ancestors) only while this lasts. A role that is missing has no guarantee.
    /// </summary>
    public IReadOnlyDictionary<string, ImmutableSortedDictionary<string, decimal>> Surplus { get; init; } =
        ImmutableDictionary<string, ImmutableSortedDictionary<string, decimal>>.Empty;

    /// <summary>Agents that must not be used for this demand for now, by id. Default none.</summary>
    public IReadOnlySet<string> Filtered { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Whether tasks of lower priority may be preempted. Default true.</summary>
    public bool Preempt { get; init; } = true;

    /// <summary>Whether to explain what could not be placed; costs one look at every agent. Default true.</summary>
    public bool Explain { get; init; } = true;
}
