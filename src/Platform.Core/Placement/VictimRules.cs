namespace Platform.Core.Placement;

/// <summary>Who may be preempted during one plan: within the owners' disruption budgets and above the quota guarantees.</summary>
internal sealed class VictimRules
{
    private readonly PlacementPool pool;
    private readonly CompiledDemand demand;
    private readonly Dictionary<string, Amounts> surplus = new(StringComparer.Ordinal);

    public VictimRules(PlacementPool pool, CompiledDemand demand, PlacementOptions options)
    {
        this.pool = pool;
        this.demand = demand;
        foreach (var (role, left) in options.Surplus)
        {
            var amounts = pool.Kinds.Limits(left);
            // What is leaving already is still counted as used by the caller.
            foreach (var (leaver, held) in pool.LeavingByRole)
                if (Covers(role, leaver)) amounts -= held;
            surplus[role] = amounts;
        }
    }

    /// <summary>Whether a task may be a victim at all, its owner, budgets and guarantees aside.</summary>
    public static bool Preemptible(PlacementPool pool, CompiledDemand demand, TaskEntry entry) =>
        entry.Class.Priority < demand.Class.Priority
        && entry.Class.Preemptible
        && entry.Class.Revocable == demand.Class.Revocable
        && !pool.IsLeaving(entry.Id)
        && !pool.IsWaiting(entry.Id);

    /// <summary>Whether all of a set may leave together.</summary>
    public bool Allow(IReadOnlyList<TaskEntry> victims)
    {
        for (var i = 0; i < victims.Count; i++)
        {
            var owner = victims[i].Class.Owner;
            if (pool.KnownTally(owner) is not { Budget: { } budget } tally) continue;
            var leaving = 0;
            for (var j = 0; j < victims.Count; j++)
                if (victims[j].Class.Owner == owner) leaving++;
            if (tally.Away + leaving > budget) return false;
        }

        foreach (var (role, left) in surplus)
        {
            var lost = default(Amounts);
            foreach (var victim in victims)
                if (Covers(role, victim.Class.Role)) lost += victim.Class.Need;
            if (lost.IsZero) continue;
            if (Covers(role, demand.Class.Role)) lost -= demand.Need;
            if (!left.Covers(lost)) return false;
        }

        return true;
    }

    /// <summary>Follows victims that were chosen.</summary>
    public void Chosen(IReadOnlyList<TaskEntry> victims)
    {
        foreach (var role in surplus.Keys.ToArray())
        {
            foreach (var victim in victims)
                if (Covers(role, victim.Class.Role)) surplus[role] -= victim.Class.Need;
            if (Covers(role, demand.Class.Role)) surplus[role] += demand.Need;
        }
    }

    /// <summary>Whether a role is another one or an ancestor of it.</summary>
    private static bool Covers(string role, string other) =>
        other.StartsWith(role, StringComparison.Ordinal) && (other.Length == role.Length || other[role.Length] == '/');
}
