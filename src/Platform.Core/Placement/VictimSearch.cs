namespace Platform.Core.Placement;

/// <summary>
/// The victims on one agent that make room for one task. One or two are found exactly; more are collected by how much of
/// what is missing each gives, and those that turn out not to be needed are spared.
/// </summary>
internal sealed class VictimSearch(PlacementPool pool, CompiledDemand demand)
{
    private readonly List<TaskEntry> candidates = [];
    private readonly List<TaskEntry> chosen = [];
    private readonly TaskEntry[] one = new TaskEntry[1];
    private readonly TaskEntry[] two = new TaskEntry[2];

    /// <summary>The cheapest victims on an agent; empty when those that are leaving already are enough, null when no set will do.</summary>
    /// <param name="slot">The agent.</param>
    /// <param name="rules">Budgets and guarantees; null to leave them aside.</param>
    public IReadOnlyList<TaskEntry>? On(AgentSlot slot, VictimRules? rules)
    {
        candidates.Clear();
        foreach (var entry in slot.Tasks)
            if (VictimRules.Preemptible(pool, demand, entry) && (rules is null || entry.Class.Owner != demand.Class.Owner)) candidates.Add(entry);
        var room = demand.Class.Revocable ? slot.SlackFree : slot.Free;
        // With room enough, what stops the task is a limit, and killing does not help.
        if (room.Covers(demand.Need) && demand.StaticPortsFree(slot)) return null;
        var missing = (demand.Need - room - (demand.Class.Revocable ? slot.SlackComing : slot.Coming)).AtLeastZero();
        if (missing.IsZero && PortsWork(slot, [])) return [];
        if (candidates.Count == 0) return null;
        var found = Single(slot, missing, rules) ?? Pair(slot, missing, rules);
        if (found is not null) return found;
        return Many(slot, missing, rules);
    }

    private TaskEntry[]? Single(AgentSlot slot, in Amounts missing, VictimRules? rules)
    {
        var best = default(VictimCost);
        TaskEntry? victim = null;
        foreach (var entry in candidates)
        {
            if (victim is not null && (entry.Class.Priority > best.Priority || (entry.Class.Priority == best.Priority && entry.Started <= best.OldestStart))) continue;
            if (!Gives(slot, entry).Covers(missing)) continue;
            one[0] = entry;
            if (!PortsWork(slot, one) || rules?.Allow(one) == false) continue;
            victim = entry;
            best = VictimCost.Of(one, slot.Index);
        }

        if (victim is null) return null;
        one[0] = victim;
        return one;
    }

    private TaskEntry[]? Pair(AgentSlot slot, in Amounts missing, VictimRules? rules)
    {
        var best = default(VictimCost);
        (TaskEntry First, TaskEntry Second)? found = null;
        for (var i = 0; i < candidates.Count; i++)
        {
            for (var j = i + 1; j < candidates.Count; j++)
            {
                if (!(Gives(slot, candidates[i]) + Gives(slot, candidates[j])).Covers(missing)) continue;
                (two[0], two[1]) = (candidates[i], candidates[j]);
                var cost = VictimCost.Of(two, slot.Index);
                if ((found is not null && cost.CompareTo(best) >= 0) || !PortsWork(slot, two) || rules?.Allow(two) == false) continue;
                found = (two[0], two[1]);
                best = cost;
            }
        }

        if (found is not { } pair) return null;
        (two[0], two[1]) = pair;
        return two;
    }

    private List<TaskEntry>? Many(AgentSlot slot, Amounts missing, VictimRules? rules)
    {
        chosen.Clear();
        var rest = missing;
        foreach (var port in demand.Demand.Shape.StaticPorts)
        {
            if (demand.AcceptedPorts(slot, port) is not { } ports) return null;
            if (ports.IsFree(port) || pool.IsComing(slot, port)) continue;
            if (candidates.Find(entry => Array.IndexOf(entry.Ports, port) >= 0) is not { } holder) return null;
            if (!chosen.Contains(holder)) Choose(holder);
        }

        while (!default(Amounts).Covers(rest))
        {
            TaskEntry? best = null;
            var most = 0.0;
            foreach (var entry in candidates)
            {
                if (chosen.Contains(entry)) continue;
                var share = Share(Gives(slot, entry), rest);
                if (share <= 0 || (best is not null && (share < most || (share == most && !Cheaper(entry, best))))) continue;
                chosen.Add(entry);
                var allowed = rules?.Allow(chosen) != false;
                chosen.RemoveAt(chosen.Count - 1);
                if (!allowed) continue;
                best = entry;
                most = share;
            }

            if (best is null) return null;
            Choose(best);
        }

        Spare(slot, missing);
        return PortsWork(slot, chosen) && rules?.Allow(chosen) != false ? chosen : null;

        void Choose(TaskEntry entry)
        {
            chosen.Add(entry);
            rest = (rest - Gives(slot, entry)).AtLeastZero();
        }
    }

    /// <summary>Takes out of the set whom the rest can do without: the highest priority first, then the oldest.</summary>
    private void Spare(AgentSlot slot, in Amounts missing)
    {
        foreach (var entry in chosen.OrderByDescending(entry => entry.Class.Priority).ThenBy(entry => entry.Started).ToArray())
        {
            var given = default(Amounts);
            foreach (var other in chosen)
                if (!ReferenceEquals(other, entry)) given += Gives(slot, other);
            if (!given.Covers(missing)) continue;
            var at = chosen.IndexOf(entry);
            chosen.RemoveAt(at);
            if (!PortsWork(slot, chosen)) chosen.Insert(at, entry);
        }
    }

    private static bool Cheaper(TaskEntry a, TaskEntry b) =>
        a.Class.Priority != b.Class.Priority ? a.Class.Priority < b.Class.Priority : a.Started > b.Started;

    private static Amounts Gives(AgentSlot slot, TaskEntry entry) => PlacementPool.GivenBy(slot, entry);

    private double Share(in Amounts given, in Amounts rest)
    {
        var share = 0.0;
        for (var lane = 0; lane < pool.Kinds.Count; lane++)
            if (rest[lane] > 0) share += Math.Min(given[lane], rest[lane]) / (double)rest[lane];
        return share;
    }

    private bool PortsWork(AgentSlot slot, IReadOnlyList<TaskEntry> victims)
    {
        foreach (var port in demand.Demand.Shape.StaticPorts)
        {
            if (demand.AcceptedPorts(slot, port) is not { } ports) return false;
            if (ports.IsFree(port) || pool.IsComing(slot, port)) continue;
            var held = false;
            for (var i = 0; i < victims.Count && !held; i++) held = Array.IndexOf(victims[i].Ports, port) >= 0;
            if (!held) return false;
        }

        return true;
    }
}
