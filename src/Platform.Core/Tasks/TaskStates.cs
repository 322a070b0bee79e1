namespace Platform.Core.Tasks;

/// <summary>Facts about <see cref="TaskState"/>s.</summary>
public static class TaskStates
{
    /// <summary>True if the task has ended for good and holds no resources.</summary>
    public static bool IsTerminal(this TaskState state) => state is
        TaskState.Finished or TaskState.Failed or TaskState.Killed or TaskState.Lost or TaskState.Gone
        or TaskState.Dropped or TaskState.Error or TaskState.GoneByOperator;

    /// <summary>The name on the wire of Mesos and Marathon, such as <c>TASK_RUNNING</c>.</summary>
    public static string ToWireName(this TaskState state) => state switch
    {
        TaskState.Staging => "TASK_STAGING",
        TaskState.Starting => "TASK_STARTING",
        TaskState.Running => "TASK_RUNNING",
        TaskState.Killing => "TASK_KILLING",
        TaskState.Finished => "TASK_FINISHED",
        TaskState.Failed => "TASK_FAILED",
        TaskState.Killed => "TASK_KILLED",
        TaskState.Lost => "TASK_LOST",
        TaskState.Unreachable => "TASK_UNREACHABLE",
        TaskState.Gone => "TASK_GONE",
        TaskState.Dropped => "TASK_DROPPED",
        TaskState.Error => "TASK_ERROR",
        TaskState.GoneByOperator => "TASK_GONE_BY_OPERATOR",
        _ => "TASK_UNKNOWN",
    };
}
