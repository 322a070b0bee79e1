namespace Platform.Core.Placement;

/// <summary>
/// Room made by killing tasks of lower priority: always where it costs least. Preferences do not count here; constraints do.
/// Only unreserved resources, or slack, are made free this way, and no disks besides that of the work directory.
/// </summary>
internal sealed class PreemptionSearch
{
    private readonly PlanDraft draft;
    private readonly PlacementPool pool;
    private readonly CompiledDemand demand;
    private readonly VictimRules rules;
    private readonly VictimSearch search;
    private readonly PriorityQueue<int, VictimCost> judged = new();
    private readonly List<(int Agent, VictimCost Cost)> passed = [];
    private readonly List<int> parked = [];

    private PreemptionSearch(PlanDraft draft)
    {
        this.draft = draft;
        pool = draft.Pool;
        demand = draft.Demand;
        rules = new VictimRules(pool, demand, draft.Options);
        search = new VictimSearch(pool, demand);
    }

    public static bool Suits(PlanDraft draft)
    {
        var demand = draft.Demand;
        return draft.Left > 0 && draft.Options.Preempt && demand.Demand.MayPreempt && demand.Demand.Priority > 0
            && demand.AcceptsUnreserved && !demand.HasDisks && draft.Pool.LowestPriority < demand.Demand.Priority;
    }

    /// <summary>Places what is left wherever it costs least.</summary>
    public static void Run(PlanDraft draft)
    {
        var key = VictimIndex.KeyOf(draft.Demand);
        new PreemptionSearch(draft).Run(draft.Pool.VictimsBy(key));
        draft.Pool.Flush();
    }

    /// <summary>Places one task on a given agent, if that can be done.</summary>
    public static bool RunOn(PlanDraft draft, AgentSlot slot)
    {
        var one = new PreemptionSearch(draft);
        return one.Victims(slot.Index) is { } victims && one.Take(slot, victims);
    }

    private void Run(VictimIndex index)
    {
        index.Sync(pool, demand, search);
        while (draft.Left > 0 && !demand.QuotaReached)
        {
            var fromIndex = index.TryPeek(out var agent, out var cost);
            if (judged.TryPeek(out var next, out var judgedCost) && (!fromIndex || judgedCost.CompareTo(cost) < 0))
            {
                judged.Dequeue();
                (agent, cost) = (next, judgedCost);
            }
            else if (fromIndex)
            {
                index.Dequeue();
                passed.Add((agent, cost));
            }
            else
            {
                break;
            }

            var victims = Victims(agent);
            if (victims is null) continue;
            var now = VictimCost.Of(victims, agent);
            if (now.CompareTo(cost) > 0)
            {
                judged.Enqueue(agent, now);
                continue;
            }

            if (!Take(pool.Slot(agent)!, victims)) continue;
            Judge(agent);
            var waiting = parked.ToArray();
            parked.Clear();
            foreach (var other in waiting) Judge(other);
        }

        foreach (var (agent, cost) in passed) index.PutBack(agent, cost);
    }

    private void Judge(int agent)
    {
        if (Victims(agent) is { } victims) judged.Enqueue(agent, VictimCost.Of(victims, agent));
    }

    private IReadOnlyList<TaskEntry>? Victims(int agent)
    {
        var slot = pool.Slot(agent)!;
        if (!demand.Eligible.Has(agent) || demand.IsFiltered(slot)) return null;
        if (demand.RulesLeft(agent) > 0) return search.On(slot, rules);
        if (demand.Rules.Any(rule => rule.MayRelent)) parked.Add(agent);
        return null;
    }

    private bool Take(AgentSlot slot, IReadOnlyList<TaskEntry> found)
    {
        TaskEntry[] victims = [.. found];
        if (!demand.HeadroomAllows(slot)) return false;
        var (id, index) = draft.NextId();
        rules.Chosen(victims);
        foreach (var victim in victims) pool.Leave(victim);
        var (entry, debtPorts) = demand.TakeAwaiting(slot, id, draft.Now);
        pool.PlaceAwaiting(slot, entry, demand.Tally, debtPorts);
        demand.ChargeAwaiting(entry, pool.DebtOf(entry.Id));
        foreach (var rule in demand.Rules) rule.Placed(rule.Field.ValueOf(slot.Index));
        foreach (var victim in victims) draft.Preemptions.Add(pool.Told(victim, PreemptionCause.Priority, id));
        draft.Placements.Add(demand.Describe(slot, entry, index, pool.AwaitedBy(id)));
        draft.Left--;
        return true;
    }
}
