using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Why a task is being ended, and what its last update shall say. Kept on disk so that a kill goes on after the agent was restarted.</summary>
internal sealed record KillOrder
{
    /// <summary>The state of the last update.</summary>
    public TaskState State { get; init; } = TaskState.Killed;

    /// <summary>Machine-readable cause, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>The cause for people.</summary>
    public string? Message { get; init; }

    /// <summary>False if the task was found unhealthy.</summary>
    public bool? Healthy { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL, seconds.</summary>
    public double GraceSeconds { get; init; }

    /// <summary>When it was ordered.</summary>
    public DateTimeOffset At { get; init; }
}
