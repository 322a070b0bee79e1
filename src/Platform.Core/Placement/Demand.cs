using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>n tasks of one shape, under one role and priority, with the rules for where they may and should run.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Demand")]
public sealed record Demand
{
    /// <summary>Names the demand; unique among those that wait.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Whose tasks these are, for example <c>app:/web</c>. Constraints, affinity and budgets count by owner, over all its demands and versions.</summary>
    [Id(1)] public required string Owner { get; init; }

    /// <summary>The role that pays. Default <c>*</c>.</summary>
    [Id(2)] public string Role { get; init; } = "*";

    /// <summary>0 to 100; a demand may preempt tasks of lower priority only. Default 50.</summary>
    [Id(3)] public int Priority { get; init; } = 50;

    /// <summary>How many tasks wait to be placed. Ignored when <see cref="SystemApp"/> is set.</summary>
    [Id(4)] public int Count { get; init; } = 1;

    /// <summary>
    /// Ids for the placed tasks, used in order; a task beyond the list is called <c>{Id}#{index}</c>. After a partial plan the
    /// caller asks again with the ids that are left.
    /// </summary>
    [Id(5)] public ImmutableArray<string> TaskIds { get; init; } = [];

    /// <summary>What each task needs.</summary>
    [Id(6)] public TaskShape Shape { get; init; } = new();

    /// <summary>Hard rules; all must hold. Default none.</summary>
    [Id(7)] public ImmutableArray<Constraint> Constraints { get; init; } = [];

    /// <summary>Soft rules; they order the agents. Default none.</summary>
    [Id(8)] public ImmutableArray<Preference> Preferences { get; init; } = [];

    /// <summary>Which agent wins among equals in preference. Default: the pool's.</summary>
    [Id(9)] public PlacementStrategy Strategy { get; init; }

    /// <summary>The taints that are tolerated. Default none.</summary>
    [Id(10)] public ImmutableArray<Toleration> Tolerations { get; init; } = [];

    /// <summary>The node pool; <c>all</c> accepts every pool. Default <c>default</c>.</summary>
    [Id(11)] public string NodePool { get; init; } = NodePools.Default;

    /// <summary>All or none: at least this many tasks of the demand run, or none is placed. 0 = no gang. Default 0.</summary>
    [Id(12)] public int GangSize { get; init; }

    /// <summary>After this instant a gang that is not placed is given up; null waits for ever.</summary>
    [Id(13)] public DateTimeOffset? GangDeadline { get; init; }

    /// <summary>One task on every agent that matches, now and later. Default false.</summary>
    [Id(14)] public bool SystemApp { get; init; }

    /// <summary>Which resources may be used: <c>*</c> stands for unreserved ones, a role for those reserved to it. Empty: unreserved, and reserved to the demand's role or its ancestors.</summary>
    [Id(15)] public ImmutableArray<string> AcceptedResourceRoles { get; init; } = [];

    /// <summary>The only agent that will do; null for any.</summary>
    [Id(16)] public string? PinnedAgent { get; init; }

    /// <summary>The containerizer the agent must offer, for example <c>docker</c>. Default <c>process</c>.</summary>
    [Id(17)] public string Containerizer { get; init; } = Containerizers.Process;

    /// <summary>Most tasks to place in one round; 0 = no limit. Default 0.</summary>
    [Id(18)] public int MostPerRound { get; init; }

    /// <summary>Whether tasks of lower priority may be preempted for it. Default true.</summary>
    [Id(19)] public bool MayPreempt { get; init; } = true;

    /// <summary>How many of the owner's tasks may be away at one time because they were preempted; null = no limit.</summary>
    [Id(20)] public int? DisruptionBudget { get; init; }

    /// <summary>The time a task has to end when it is preempted. Default 3 s, as in Marathon.</summary>
    [Id(21)] public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many tasks the owner wants in all: the base of GROUP_BY n and of target shares. 0: <see cref="Count"/> plus those placed.</summary>
    [Id(22)] public int OwnerInstances { get; init; }

    /// <summary>
    /// Ids of persistent volumes that exist already: the tasks can run only where these are. Their disk is held by the volumes
    /// themselves, so it is no part of the shape. Default none.
    /// </summary>
    [Id(23)] public ImmutableArray<string> ExistingVolumes { get; init; } = [];

    /// <summary>
    /// What the tasks of <see cref="TaskIds"/> are instances of, in the same order: a new volume of a task is called
    /// <c>{instance id}#{name}</c>. A task beyond the list stands for itself.
    /// </summary>
    [Id(24)] public ImmutableArray<string> InstanceIds { get; init; } = [];

    /// <summary>The owner is told when there is no room for what is left of it, once for each demand.</summary>
    [Id(25)] public bool TellsNoRoom { get; init; }
}
