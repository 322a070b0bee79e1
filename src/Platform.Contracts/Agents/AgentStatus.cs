using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Contracts.Agents;

/// <summary>What readers see of an agent.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentStatus")]
public sealed record AgentStatus
{
    /// <summary>What the agent said of itself; its list of tasks is left empty.</summary>
    [Id(0)] public required AgentRegistration Registration { get; init; }

    /// <summary>How it is.</summary>
    [Id(1)] public AgentCondition Condition { get; init; }

    /// <summary>When it registered for the first time.</summary>
    [Id(2)] public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When its current or last session began.</summary>
    [Id(3)] public DateTimeOffset? ReregisteredAt { get; init; }

    /// <summary>When it became unreachable; null if it is not.</summary>
    [Id(4)] public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Its last heartbeat.</summary>
    [Id(5)] public AgentUsage? Usage { get; init; }

    /// <summary>Its tasks.</summary>
    [Id(6)] public ValueList<TaskReport> Tasks { get; init; }

    /// <summary>Persistent volumes that are on it, with or without a task.</summary>
    [Id(7)] public ValueList<PersistentVolume> Volumes { get; init; }

    /// <summary>The operator's wish to drain it; null: there is none.</summary>
    [Id(8)] public AgentDrainStatus? Drain { get; init; }
}

/// <summary>An operator's wish to drain an agent.</summary>
/// <param name="MaxGraceSeconds">The longest time between SIGTERM and SIGKILL, seconds; null: as the tasks say.</param>
/// <param name="MarkGone">It is declared gone when it is drained.</param>
/// <param name="Since">When the wish came; null: before that was written down.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentDrainStatus")]
public sealed record AgentDrainStatus([property: Id(0)] double? MaxGraceSeconds, [property: Id(1)] bool MarkGone, [property: Id(2)] DateTimeOffset? Since)
{
    /// <summary>When tasks leave although they are not replaced; null: no such time.</summary>
    [Id(3)] public DateTimeOffset? Deadline { get; init; }
}
