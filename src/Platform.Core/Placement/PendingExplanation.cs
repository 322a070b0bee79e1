using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>Why tasks of a demand wait.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PendingExplanation")]
public sealed record PendingExplanation
{
    /// <summary>The demand.</summary>
    [Id(0)] public required string DemandId { get; init; }

    /// <summary>How many of its tasks wait.</summary>
    [Id(1)] public int Waiting { get; init; }

    /// <summary>How many agents were asked.</summary>
    [Id(2)] public int Agents { get; init; }

    /// <summary>How many agents could take at least one task now: above 0 only when the cluster, not an agent, is the reason.</summary>
    [Id(3)] public int FeasibleAgents { get; init; }

    /// <summary>The reasons: first those of the cluster, then by number of agents.</summary>
    [Id(4)] public ImmutableArray<Rejection> Rejections { get; init; } = [];

    /// <summary>Whether no agent could take a task even if it were empty and active, or the gang would not fit into the empty cluster.</summary>
    [Id(5)] public bool Impossible { get; init; }

    /// <summary>The same reasons, counted as if all agents were empty and active. Told only when it is impossible.</summary>
    [Id(6)] public ImmutableArray<Rejection> WhenEmpty { get; init; } = [];

    /// <summary>When it was found.</summary>
    [Id(7)] public DateTimeOffset At { get; init; }
}
