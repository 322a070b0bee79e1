using System.Collections.Immutable;
using System.Numerics;
using System.Text;

namespace Platform.Core.Placement;

/// <summary>The agents that demands of one kind may use, whatever is free: a bit each, kept up to date as agents change.</summary>
internal sealed class Eligibility(string nodePool, string containerizer, ImmutableArray<Toleration> tolerations, ImmutableArray<StaticConstraint> constraints)
{
    private readonly Dictionary<FieldIndex, HashSet<int>> valuesOf = [];
    private ulong[] bits = [];

    public int Count { get; private set; }

    public ImmutableArray<StaticConstraint> Constraints { get; } = constraints;

    /// <summary>Demands with the same key may use the same agents.</summary>
    public static string KeyOf(Demand demand)
    {
        if (demand.Constraints.IsEmpty && demand.Tolerations.IsEmpty)
            return demand.NodePool == NodePools.Default && demand.Containerizer == Containerizers.Process ? "" : $"{demand.NodePool}\n{demand.Containerizer}";
        var key = new StringBuilder(demand.NodePool).Append('\n').Append(demand.Containerizer);
        foreach (var toleration in demand.Tolerations)
            key.Append("\nt").Append(toleration.Key).Append('\t').Append(toleration.Value is null ? "*" : "=").Append(toleration.Value).Append('\t').Append(toleration.Effect?.ToString() ?? "*");
        foreach (var constraint in demand.Constraints)
            if (StaticConstraint.Covers(constraint)) key.Append("\nc").Append(constraint.Field).Append('\t').Append(constraint.Operator).Append('\t').Append(constraint.Value);
        return key.ToString();
    }

    public static Eligibility Of(Demand demand) => new(
        demand.NodePool,
        demand.Containerizer,
        demand.Tolerations,
        [.. demand.Constraints.Where(StaticConstraint.Covers).Select(constraint => new StaticConstraint(constraint))]);

    public Eligibility Clone() => new(nodePool, containerizer, tolerations, Constraints) { bits = [.. bits], Count = Count };

    public bool Has(int agent) => agent >> 6 < bits.Length && (bits[agent >> 6] & (1UL << (agent & 63))) != 0;

    public void Set(int agent, PoolAgent? spec)
    {
        if (agent >> 6 >= bits.Length) Array.Resize(ref bits, Math.Max(1, Math.Max((agent >> 6) + 1, bits.Length * 2)));
        if (valuesOf.Count > 0) valuesOf.Clear();
        if (Has(agent)) Count--;
        bits[agent >> 6] &= ~(1UL << (agent & 63));
        if (spec is null || !Accepts(spec)) return;
        bits[agent >> 6] |= 1UL << (agent & 63);
        Count++;
    }

    /// <summary>The values of a field that these agents have.</summary>
    public HashSet<int> ValuesOf(FieldIndex field)
    {
        if (valuesOf.TryGetValue(field, out var known)) return known;
        known = [];
        foreach (var agent in Agents())
            if (field.ValueOf(agent) is >= 0 and var value) known.Add(value);
        return valuesOf[field] = known;
    }

    public IEnumerable<int> Agents()
    {
        for (var word = 0; word < bits.Length; word++)
            for (var rest = bits[word]; rest != 0; rest &= rest - 1) yield return (word << 6) + BitOperations.TrailingZeroCount(rest);
    }

    public bool InPool(PoolAgent agent) => nodePool == NodePools.All || nodePool == agent.NodePool;

    public bool Contained(PoolAgent agent) => containerizer == Containerizers.Process || agent.Containerizers.Contains(containerizer);

    public bool Tolerates(Taint taint) => Tolerated(tolerations, taint);

    public static bool Tolerated(ImmutableArray<Toleration> tolerations, Taint taint)
    {
        foreach (var toleration in tolerations)
            if (toleration.Covers(taint)) return true;
        return false;
    }

    private bool Accepts(PoolAgent agent)
    {
        if (agent.Availability != AgentAvailability.Active || !InPool(agent) || !Contained(agent)) return false;
        foreach (var taint in agent.Taints)
            if (taint.Effect != TaintEffect.PreferNoSchedule && !Tolerates(taint)) return false;
        foreach (var constraint in Constraints)
            if (!constraint.Holds(agent)) return false;
        return true;
    }
}
