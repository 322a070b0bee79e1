using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>Which instances go first when an app has too many.</summary>
/// <remarks>
/// Marathon's order (ScalingProposition): those that are to leave anyway, then those whose end keeps GROUP_BY spreads even, then by condition
/// (unreachable, staging, starting, running), then by start time as the app's killSelection says. One difference: among those that may stay, who does
/// not serve (not running, or not healthy) goes before who does, whatever the balance. So an instance that comes back with its agent counts like any
/// other, and is not killed for a replacement that is still on its way.
/// </remarks>
public static class KillOrder
{
    /// <summary>The first <paramref name="count"/> instances to kill.</summary>
    /// <param name="instances">Instances that shall run.</param>
    /// <param name="spec">The definition.</param>
    /// <param name="count">How many shall go.</param>
    public static IReadOnlyList<InstanceState> Choose(IReadOnlyCollection<InstanceState> instances, AppSpec spec, int count)
    {
        if (count <= 0)
            return [];
        var chosen = new List<InstanceState>(Math.Min(count, instances.Count));
        chosen.AddRange(instances.Where(instance => instance.EvictReason is not null).Take(count));
        var staying = instances.Where(instance => instance.EvictReason is null).ToList();
        AddFrom(staying.FindAll(instance => !instance.IsHealthy));
        AddFrom(staying.FindAll(instance => instance.IsHealthy));
        return chosen;

        void AddFrom(List<InstanceState> rest)
        {
            if (rest.Count == 0 || chosen.Count == count)
                return;
            var balanced = GroupByBalance.Choose(rest, spec, count - chosen.Count);
            chosen.AddRange(balanced);
            if (chosen.Count == count)
                return;
            var gone = balanced.Select(instance => instance.InstanceId).ToHashSet(StringComparer.Ordinal);
            rest.RemoveAll(instance => gone.Contains(instance.InstanceId));
            rest.Sort((left, right) => Compare(left, right, spec.KillSelection));
            chosen.AddRange(rest.Take(count - chosen.Count));
        }
    }

    /// <summary>Below 0 if the left one goes first.</summary>
    public static int Compare(InstanceState left, InstanceState right, KillSelection selection)
    {
        var byCondition = Weight(left).CompareTo(Weight(right));
        if (byCondition != 0)
            return byCondition;
        var byAge = Since(left).CompareTo(Since(right));
        if (selection == KillSelection.YoungestFirst)
            byAge = -byAge;
        return byAge != 0 ? byAge : string.CompareOrdinal(left.InstanceId, right.InstanceId);
    }

    private static int Weight(InstanceState instance) => instance.State switch
    {
        TaskState.Unreachable => 1,
        TaskState.Staging => 2,
        TaskState.Starting => 3,
        TaskState.Running => 4,
        _ => 5,
    };

    private static DateTimeOffset Since(InstanceState instance) => instance.StartedAt ?? instance.StagedAt;
}
