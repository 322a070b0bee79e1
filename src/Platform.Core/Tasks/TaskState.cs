namespace Platform.Core.Tasks;

/// <summary>What a task is doing, with the names and meanings of Mesos.</summary>
[GenerateSerializer, Alias("Platform.TaskState")]
public enum TaskState
{
    /// <summary>Placed; the agent has not started it yet (fetching counts as staging).</summary>
    Staging,

    /// <summary>The agent is starting it.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>A kill was asked for and it has not ended yet.</summary>
    Killing,

    /// <summary>It ended by itself with exit status 0.</summary>
    Finished,

    /// <summary>It ended with another status, by a signal, or could not be started.</summary>
    Failed,

    /// <summary>It ended because its owner asked for it.</summary>
    Killed,

    /// <summary>It is not known where it is meant to run, and will not come back.</summary>
    Lost,

    /// <summary>Its agent is out of reach; it may still run.</summary>
    Unreachable,

    /// <summary>Its agent came back without it.</summary>
    Gone,

    /// <summary>It never reached its agent.</summary>
    Dropped,

    /// <summary>Its definition is invalid.</summary>
    Error,

    /// <summary>An operator declared its agent gone.</summary>
    GoneByOperator,

    /// <summary>Nothing is known about it.</summary>
    Unknown,
}
