namespace Platform.Core.Tasks;

/// <summary>The machine-readable causes of a task's state, with Mesos' names where it has one.</summary>
public static class TaskReasons
{
    /// <summary>The command exited with a status other than 0, or by a signal.</summary>
    public const string CommandExecutorFailed = "REASON_COMMAND_EXECUTOR_FAILED";

    /// <summary>It used more memory than its limit.</summary>
    public const string MemoryLimit = "REASON_CONTAINER_LIMITATION_MEMORY";

    /// <summary>It used more disk than its limit.</summary>
    public const string DiskLimit = "REASON_CONTAINER_LIMITATION_DISK";

    /// <summary>It could not be started.</summary>
    public const string LaunchFailed = "REASON_CONTAINER_LAUNCH_FAILED";

    /// <summary>A file could not be fetched.</summary>
    public const string FetchFailed = "REASON_CONTAINER_FETCH_FAILED";

    /// <summary>Its health checks failed too often in a row.</summary>
    public const string Unhealthy = "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED";

    /// <summary>The outcome of a check that only reports, or of a readiness check, has changed.</summary>
    public const string CheckStatusUpdated = "REASON_TASK_CHECK_STATUS_UPDATED";

    /// <summary>It ran longer than it may.</summary>
    public const string MaxCompletionTime = "REASON_MAX_COMPLETION_TIME_REACHED";

    /// <summary>A more important task needed its place.</summary>
    public const string Preempted = "REASON_CONTAINER_PREEMPTED";

    /// <summary>The agent has no session.</summary>
    public const string AgentDisconnected = "REASON_SLAVE_DISCONNECTED";

    /// <summary>The agent did not come back in time.</summary>
    public const string AgentRemoved = "REASON_SLAVE_REMOVED";

    /// <summary>The agent's machine or its supervisor lost track of the task.</summary>
    public const string AgentRestarted = "REASON_SLAVE_RESTARTED";

    /// <summary>The agent is being drained.</summary>
    public const string AgentDraining = "REASON_SLAVE_DRAINING";

    /// <summary>Answer to a question for its state.</summary>
    public const string Reconciliation = "REASON_RECONCILIATION";

    /// <summary>Its definition is invalid.</summary>
    public const string Invalid = "REASON_TASK_INVALID";

    /// <summary>The agent did not have the resources.</summary>
    public const string InsufficientResources = "REASON_INSUFFICIENT_RESOURCES";

    /// <summary>A program of the agent's machine, and no task, has one of its ports. Mesos does not look.</summary>
    public const string PortInUse = "REASON_PORT_IN_USE";

    /// <summary>Its executor has ended.</summary>
    public const string ExecutorTerminated = "REASON_EXECUTOR_TERMINATED";

    /// <summary>Its executor was started and did not register in time.</summary>
    public const string ExecutorRegistrationTimeout = "REASON_EXECUTOR_REGISTRATION_TIMEOUT";

    /// <summary>Its executor did not come back in time after a restart of the agent.</summary>
    public const string ExecutorReregistrationTimeout = "REASON_EXECUTOR_REREGISTRATION_TIMEOUT";

    /// <summary>It was killed before its executor had it.</summary>
    public const string KilledDuringLaunch = "REASON_TASK_KILLED_DURING_LAUNCH";

    /// <summary>Another task of its group ended.</summary>
    public const string GroupEnded = "REASON_TASK_GROUP_ENDED";
}
