using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>A task that an agent has, as it reports it at the start of a session.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskReport")]
public sealed record TaskReport
{
    /// <summary>Its state with the latest facts.</summary>
    [Id(0)] public required TaskUpdate Status { get; init; }

    /// <summary>What it holds.</summary>
    [Id(1)] public required Resources Resources { get; init; }

    /// <summary>The role that it is charged to.</summary>
    [Id(2)] public string Role { get; init; } = "*";

    /// <summary>0 to 100.</summary>
    [Id(3)] public int Priority { get; init; }

    /// <summary>When it started.</summary>
    [Id(4)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>The version of the owner's definition that it was made from.</summary>
    [Id(5)] public string? Version { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL. Seconds, default 3.</summary>
    [Id(6)] public double KillGraceSeconds { get; init; } = 3;

    /// <summary>The taints that it tolerates.</summary>
    [Id(7)] public ValueList<Toleration> Tolerations { get; init; }

    /// <summary>The graphics devices that it uses, by their index on the agent.</summary>
    [Id(8)] public ValueList<int> Gpus { get; init; }

    /// <summary>The group that it is one of, which holds its resources; null: it is alone.</summary>
    [Id(9)] public string? Group { get; init; }

    /// <summary>What a task that holds resources reports of itself.</summary>
    /// <param name="task">The task.</param>
    /// <param name="status">Its state with the latest facts.</param>
    /// <param name="startedAt">When it started.</param>
    public static TaskReport Of(TaskSpec task, TaskUpdate status, DateTimeOffset startedAt) => new()
    {
        Status = status,
        Resources = task.Held,
        Role = task.Role,
        Priority = task.Priority,
        StartedAt = startedAt,
        Version = task.Version,
        KillGraceSeconds = task.KillGraceSeconds,
        Tolerations = task.Tolerations,
        Gpus = task.Gpus,
        Group = task.Group,
    };
}
