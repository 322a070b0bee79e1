using System.Text.Json.Nodes;

namespace Platform.Cli.Execute;

/// <summary>What is to be run, in Mesos' JSON.</summary>
internal sealed record ExecutionWish
{
    /// <summary>The scheduler's description of itself.</summary>
    internal required JsonObject Framework { get; init; }

    /// <summary>The tasks; exactly one unless it is a group.</summary>
    internal required IReadOnlyList<JsonObject> Tasks { get; init; }

    /// <summary>They are one group.</summary>
    internal bool IsGroup { get; init; }

    /// <summary>Networks that a group joins.</summary>
    internal IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>Kill when they have run for so long; null: never.</summary>
    internal TimeSpan? KillAfter { get; init; }
}
