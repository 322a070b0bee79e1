using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>One change of who runs where, for a dry run: tasks that end, and tasks that want a place.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PlannedChange")]
public sealed record PlannedChange
{
    /// <summary>What wants places; null when tasks only end.</summary>
    [Id(0)] public Demand? Demand { get; init; }

    /// <summary>Tasks that end before anything is placed. Default none.</summary>
    [Id(1)] public ImmutableArray<string> EndFirst { get; init; } = [];

    /// <summary>Tasks that end once at least one task of the demand has its place, as a rolling update ends old instances. Default none.</summary>
    [Id(2)] public ImmutableArray<string> EndThen { get; init; } = [];

    /// <summary>An agent that takes no new tasks from this change on, as one that drains; null: none.</summary>
    [Id(3)] public string? Drains { get; init; }
}
