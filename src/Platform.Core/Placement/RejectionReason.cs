namespace Platform.Core.Placement;

/// <summary>Why an agent, or the whole cluster, could not take a task. In the order in which they are told.</summary>
public enum RejectionReason
{
    /// <summary>The role's quota limit leaves no room; not a matter of agents.</summary>
    QuotaLimit,

    /// <summary>What is free is held back for unmet quota guarantees of other roles; not a matter of agents.</summary>
    QuotaHeadroom,

    /// <summary>Some of the gang would fit, but not all of it; not a matter of agents.</summary>
    GangIncomplete,

    /// <summary>The gang's time limit has passed; not a matter of agents.</summary>
    GangDeadlinePassed,

    /// <summary>The task's volumes are on another agent.</summary>
    PinnedElsewhere,

    /// <summary>The agent is in another node pool.</summary>
    NodePool,

    /// <summary>The agent is draining.</summary>
    Draining,

    /// <summary>The agent is deactivated.</summary>
    Deactivated,

    /// <summary>The agent does not answer.</summary>
    Unreachable,

    /// <summary>The agent is filtered for this owner for now.</summary>
    Filtered,

    /// <summary>The agent has a taint that is not tolerated.</summary>
    Taint,

    /// <summary>The agent does not offer the containerizer.</summary>
    Containerizer,

    /// <summary>A constraint does not hold.</summary>
    Constraint,

    /// <summary>The agent already runs the system app's task.</summary>
    AlreadyThere,

    /// <summary>There would be enough of a resource, but it is reserved for another role.</summary>
    ReservedForRole,

    /// <summary>Too little of a scalar is free.</summary>
    InsufficientResource,

    /// <summary>Too few ports are free.</summary>
    InsufficientPorts,

    /// <summary>A static port is taken, or not among the agent's ports.</summary>
    PortUnavailable,

    /// <summary>No disk is free that is large enough for a mount volume.</summary>
    NoMountDisk,

    /// <summary>No disk has enough room for a path volume.</summary>
    NoPathDisk,

    /// <summary>A volume that the task needs is nowhere.</summary>
    VolumeMissing,
}
