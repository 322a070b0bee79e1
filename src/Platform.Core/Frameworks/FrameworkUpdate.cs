using Platform.Core.Tasks;

namespace Platform.Core.Frameworks;

/// <summary>One status of a task for its framework.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkUpdate")]
public sealed record FrameworkUpdate
{
    /// <summary>What it is acknowledged by: the update's id on its agent, or one of the control plane's; empty: an answer that is not repeated.</summary>
    [Id(0)] public string Id { get; init; } = "";

    /// <summary>The status, under the framework's name for the task.</summary>
    [Id(1)] public required TaskUpdate Status { get; init; }

    /// <summary>The agent, or empty when it is not known.</summary>
    [Id(2)] public string AgentId { get; init; } = "";

    /// <summary>The executor's name; empty for a plain command.</summary>
    [Id(3)] public string ExecutorId { get; init; } = "";

    /// <summary>Who says so: the control plane rather than the agent.</summary>
    [Id(4)] public bool IsFromControlPlane { get; init; }

    /// <summary>With UNREACHABLE and its kind: since when the agent is out of reach.</summary>
    [Id(5)] public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>The task's container, by the cluster's name of the task, or of the executor that runs it; null: the update does not tell.</summary>
    [Id(6)] public string? Container { get; init; }

    /// <summary>The container that that one is in: that of a default executor; null: none.</summary>
    [Id(7)] public string? Parent { get; init; }
}
