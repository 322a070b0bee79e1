namespace Platform.Core.Placement;

/// <summary>A task that must be killed, with its grace.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Preemption")]
public sealed record Preemption
{
    /// <summary>The victim.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>The victim's owner.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>The victim's agent.</summary>
    [Id(2)] public required string AgentId { get; init; }

    /// <summary>The victim's role.</summary>
    [Id(3)] public string Role { get; init; } = "*";

    /// <summary>The victim's priority.</summary>
    [Id(4)] public int Priority { get; init; }

    /// <summary>The time it has to end.</summary>
    [Id(5)] public TimeSpan KillGrace { get; init; }

    /// <summary>Why.</summary>
    [Id(6)] public PreemptionCause Cause { get; init; }

    /// <summary>The task that waits for the room; null unless the cause is priority.</summary>
    [Id(7)] public string? ForTaskId { get; init; }
}
