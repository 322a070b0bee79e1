using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Contracts.Agents;

/// <summary>The tasks of one owner on one agent.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentTasks")]
public sealed record AgentTasks
{
    /// <summary>The agent.</summary>
    [Id(0)] public required string AgentId { get; init; }

    /// <summary>The session that reported them; a task launched on this very session may be missing. 0: no session since the control plane started.</summary>
    [Id(1)] public long Epoch { get; init; }

    /// <summary>How the agent is.</summary>
    [Id(2)] public AgentCondition Condition { get; init; }

    /// <summary>When the agent became unreachable; null if it is not.</summary>
    [Id(3)] public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Its tasks of this owner.</summary>
    [Id(4)] public ValueList<TaskReport> Tasks { get; init; }

    /// <summary>While it drains: the longest time between SIGTERM and SIGKILL that its operator allows, seconds; null: as the tasks say.</summary>
    [Id(5)] public double? DrainGraceSeconds { get; init; }

    /// <summary>The persistent volumes of this owner that are on the agent, by id. One that was ordered to be destroyed is not among them.</summary>
    [Id(6)] public ValueList<string> Volumes { get; init; }

    /// <summary>Tells pictures of the agent that come late from newer ones.</summary>
    [Id(7)] public NewsNumber Number { get; init; }

    /// <summary>Launches of the owner with a lower <see cref="OwnerTerm.Number"/> are refused from now on: what was launched with one and is not in the picture never will be. 0: nobody asked for it.</summary>
    [Id(8)] public long Fence { get; init; }

    /// <summary>While it drains: when the tasks have to leave at the latest; null: no such time.</summary>
    [Id(9)] public DateTimeOffset? DrainDeadline { get; init; }
}
