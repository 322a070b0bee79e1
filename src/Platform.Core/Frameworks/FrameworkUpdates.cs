using Platform.Core.Tasks;

namespace Platform.Core.Frameworks;

/// <summary>What a framework is told of tasks that are not where they should be. Rules of Mesos: one that is not partition-aware knows only LOST.</summary>
public static class FrameworkUpdates
{
    /// <summary>The message of an answer to a framework that asked.</summary>
    public const string LatestState = "Reconciliation: Latest task state";

    /// <summary>The state under the name that the framework knows.</summary>
    public static TaskState Told(TaskState state, bool isPartitionAware, bool knowsKilling = true) => state switch
    {
        TaskState.Killing when !knowsKilling => TaskState.Running,
        TaskState.Unreachable or TaskState.Gone or TaskState.Dropped or TaskState.GoneByOperator or TaskState.Unknown when !isPartitionAware => TaskState.Lost,
        TaskState.Lost when isPartitionAware => TaskState.Gone,
        _ => state,
    };

    /// <summary>What is said of a task that a framework asks about and that is not known.</summary>
    /// <param name="agent">What is known of the agent that it named.</param>
    /// <param name="isPartitionAware">The framework's capability.</param>
    /// <returns>State and words; null: nothing yet, since the agent may still come back with the task.</returns>
    public static (TaskState State, string Message)? OfUnknown(AskedAgent agent, bool isPartitionAware) => agent switch
    {
        AskedAgent.Recovering => null,
        AskedAgent.Registered => (Told(TaskState.Gone, isPartitionAware), "Reconciliation: Task is unknown to the agent"),
        AskedAgent.Unreachable => (Told(TaskState.Unreachable, isPartitionAware), "Reconciliation: Task is unreachable"),
        AskedAgent.Gone => (Told(TaskState.GoneByOperator, isPartitionAware), "Reconciliation: Task is gone"),
        _ => (Told(TaskState.Unknown, isPartitionAware), "Reconciliation: Task is unknown"),
    };

    /// <summary>What is said of a task whose agent was out of reach and is back, as Mesos' master says it.</summary>
    /// <param name="latest">The agent's last update, which the framework has.</param>
    /// <param name="id">What the new one is acknowledged by.</param>
    /// <param name="now">The instant.</param>
    public static FrameworkUpdate Back(FrameworkUpdate latest, Guid id, DateTimeOffset now) => latest with
    {
        Id = id.ToString("N"),
        IsFromControlPlane = true,
        Status = latest.Status with { Reason = "REASON_SLAVE_REREGISTERED", Message = "Unreachable agent re-reregistered", Timestamp = now },
    };

    /// <summary>How long to wait before an update is sent again: 10 s, doubled with each time, at most 10 minutes (as Mesos' agents do).</summary>
    /// <param name="sent">How often it was sent; at least 1.</param>
    public static TimeSpan RetryAfter(int sent) => TimeSpan.FromSeconds(Math.Min(600, 10 * Math.Pow(2, Math.Clamp(sent - 1, 0, 10))));
}
