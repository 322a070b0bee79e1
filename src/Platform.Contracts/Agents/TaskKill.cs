namespace Platform.Contracts.Agents;

/// <summary>An order to end a task.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskKill")]
public sealed record TaskKill
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>Its owner, for the answer if the agent does not know it.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL, seconds; null: as the task's specification says.</summary>
    [Id(2)] public double? GraceSeconds { get; init; }

    /// <summary>Why, for the update's reason; null: asked for by its owner.</summary>
    [Id(3)] public string? Reason { get; init; }
}
