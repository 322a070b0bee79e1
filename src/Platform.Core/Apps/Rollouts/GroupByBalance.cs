namespace Platform.Core.Apps;

/// <summary>Picks instances whose end makes the spread of GROUP_BY constraints more even.</summary>
internal static class GroupByBalance
{
    private const string Operator = "GROUP_BY";

    public static List<InstanceState> Choose(IReadOnlyList<InstanceState> instances, AppSpec spec, int count)
    {
        var chosen = new List<InstanceState>();
        var spreads = Spreads(instances, spec);
        if (spreads.Count == 0)
            return chosen;
        while (chosen.Count < count && Next(instances, spec, spreads, chosen) is { } instance)
        {
            chosen.Add(instance);
            foreach (var spread in spreads)
                spread.Remove(instance);
        }
        return chosen;
    }

    /// <summary>The value that a constraint's field has for the instance; empty if it has none.</summary>
    private static string ValueOf(InstanceState instance, string field) => field switch
    {
        "hostname" or "@hostname" => instance.Host,
        "@region" => instance.Region ?? "",
        "@zone" => instance.Zone ?? "",
        _ => instance.Attributes.Find(field) ?? "",
    };

    private static List<Spread> Spreads(IReadOnlyList<InstanceState> instances, AppSpec spec)
    {
        var spreads = new List<Spread>();
        foreach (var constraint in spec.Constraints)
        {
            if (constraint.Operator == Operator)
                spreads.Add(new(constraint.Field, instances));
        }
        return spreads;
    }

    // Candidates from the fullest groups of the least even spread; the order of age decides within a group.
    private static InstanceState? Next(IReadOnlyList<InstanceState> instances, AppSpec spec, List<Spread> spreads, List<InstanceState> chosen)
    {
        var least = spreads.MaxBy(spread => spread.Difference)!;
        if (least.Difference == 0)
            return null;
        return instances
            .Where(instance => least.InFullestGroup(instance) && !chosen.Contains(instance) && spreads.TrueForAll(spread => spread.MoreEvenWithout(instance)))
            .Order(Comparer<InstanceState>.Create((left, right) => KillOrder.Compare(left, right, spec.KillSelection)))
            .FirstOrDefault();
    }

    private sealed class Spread(string field, IReadOnlyList<InstanceState> instances)
    {
        private readonly Dictionary<string, int> _groups = instances.GroupBy(instance => ValueOf(instance, field)).ToDictionary(group => group.Key, group => group.Count());

        public int Difference => _groups.Values.Max() - _groups.Values.Min();

        public bool InFullestGroup(InstanceState instance) => _groups[ValueOf(instance, field)] == _groups.Values.Max();

        public void Remove(InstanceState instance) => _groups[ValueOf(instance, field)]--;

        // 0 is even, 1 is tolerated, anything else must become less.
        public bool MoreEvenWithout(InstanceState instance)
        {
            var before = Difference;
            var value = ValueOf(instance, field);
            _groups[value]--;
            var after = Difference;
            _groups[value]++;
            return after <= 1 || before > after;
        }
    }
}
