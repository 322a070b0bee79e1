namespace Platform.Client.Agents;

/// <summary>A task on an agent.</summary>
public sealed record AgentTask
{
    /// <summary>The task's id.</summary>
    public required string Id { get; init; }

    /// <summary>Who it belongs to.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Its state, such as <c>TASK_RUNNING</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>What it holds, in Mesos' text form.</summary>
    public string Resources { get; init; } = "";

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The id of its process; null: not known.</summary>
    public int? ProcessId { get; init; }
}
