namespace Platform.Core.Apps;

/// <summary>Picks instances whose end makes, or keeps, the spreads of GROUP_BY constraints even.</summary>
/// <remarks>
/// Marathon's rule (Constraints.scala, selectInstancesToKill): first from the fullest groups of the least even spread, then of the others, then from
/// anywhere; never one that makes a spread uneven. Where Marathon gives up because several groups are equally full, this goes on taking from them.
/// </remarks>
internal static class GroupByBalance
{
    private const string Operator = "GROUP_BY";

    /// <summary>Up to <paramref name="count"/> instances; with one GROUP_BY in n log n steps for n instances.</summary>
    public static List<InstanceState> Choose(IReadOnlyList<InstanceState> instances, AppSpec spec, int count)
    {
        var fields = spec.Constraints.Where(constraint => constraint.Operator == Operator).Select(constraint => constraint.Field).Distinct().ToList();
        if (fields.Count == 0)
            return [];
        var ordered = instances.Order(Comparer<InstanceState>.Create((left, right) => KillOrder.Compare(left, right, spec.KillSelection))).ToArray();
        var isChosen = new bool[ordered.Length];
        var spreads = fields.ConvertAll(field => new GroupSpread(ordered, instance => ValueOf(instance, field), isChosen));
        var chosen = new List<InstanceState>(Math.Min(count, ordered.Length));
        var first = 0;
        while (chosen.Count < count && Next() is >= 0 and var next)
        {
            chosen.Add(ordered[next]);
            isChosen[next] = true;
            foreach (var spread in spreads)
                spread.Remove(next);
        }
        return chosen;

        int Next()
        {
            foreach (var spread in spreads.OrderByDescending(spread => spread.Difference))
            {
                if (spread.Difference > 0 && spread.FirstOfFullest(MayGo) is >= 0 and var found)
                    return found;
            }
            while (first < ordered.Length && isChosen[first])
                first++;
            for (var other = first; other < ordered.Length; other++)
            {
                if (!isChosen[other] && MayGo(other))
                    return other;
            }
            return -1;
        }

        bool MayGo(int instance) => spreads.TrueForAll(spread => spread.StaysEvenWithout(instance));
    }

    /// <summary>The value that a constraint's field has for the instance; empty if it has none.</summary>
    private static string ValueOf(InstanceState instance, string field) => field switch
    {
        "hostname" or "@hostname" => instance.Host,
        "@region" => instance.Region ?? "",
        "@zone" => instance.Zone ?? "",
        _ => instance.Attributes.Find(field) ?? "",
    };
}
