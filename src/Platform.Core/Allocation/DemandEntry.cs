using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>A demand inside the model, with what of it still waits.</summary>
internal sealed class DemandEntry(Demand demand, RoleClient owner, DateTimeOffset since, long sequence)
{
    private Dictionary<string, string>? _instances;

    internal Demand Demand { get; } = demand;

    internal RoleClient Owner { get; } = owner;

    internal DateTimeOffset Since { get; } = since;

    /// <summary>Of two demands of an owner with equal priority the older one comes first.</summary>
    internal long Sequence { get; } = sequence;

    /// <summary>How many of its tasks wait.</summary>
    internal int Left { get; set; } = demand.Count;

    /// <summary>How many ids were used up.</summary>
    internal int NextIndex { get; set; }

    /// <summary>Ids of tasks that lost their place before anybody heard of them; they are used first.</summary>
    internal List<string> Returned { get; } = [];

    /// <summary>The state of the cluster in which nothing more could be placed; -1 when that is not known.</summary>
    internal long BlockedVersion { get; set; } = -1;

    /// <summary>The round in which something was placed last, and how much.</summary>
    internal long Round { get; set; }

    internal int PlacedInRound { get; set; }

    /// <summary>It was told once that nothing more of it could be placed.</summary>
    internal bool IsToldOfNoRoom { get; set; }

    internal PendingExplanation? Explanation { get; set; }

    internal (long, long) ExplainedVersion { get; set; } = (-1, -1);

    /// <summary>What a task is an instance of; the task itself when the demand does not say.</summary>
    internal string InstanceOf(string taskId)
    {
        if (Demand.InstanceIds.IsDefaultOrEmpty)
            return taskId;
        _instances ??= Demand.TaskIds.Zip(Demand.InstanceIds).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        return _instances.GetValueOrDefault(taskId, taskId);
    }

    /// <summary>The demand with what is left of it.</summary>
    internal Demand Rest => Demand.SystemApp || Left == Demand.Count
        ? Demand
        : Demand with
        {
            Count = Left,
            TaskIds = [.. Returned, .. From(Demand.TaskIds)],
            InstanceIds = Demand.InstanceIds.IsDefaultOrEmpty ? [] : [.. Returned.Select(InstanceOf), .. From(Demand.InstanceIds)],
        };

    private ImmutableArray<string> From(ImmutableArray<string> ids) => NextIndex < ids.Length ? ids[NextIndex..] : [];
}
