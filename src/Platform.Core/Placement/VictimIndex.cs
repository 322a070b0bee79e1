namespace Platform.Core.Placement;

/// <summary>
/// The cost of making room for one kind of task on every agent, kept from plan to plan: only agents that changed are looked
/// at again. Costs leave owners, budgets and guarantees aside and so are lower bounds; the plan checks them when an agent's turn comes.
/// </summary>
internal sealed class VictimIndex
{
    private readonly PriorityQueue<(int Agent, int Stamp), VictimCost> queue = new();
    private int[] stamps = [];
    private long version = -1;

    /// <summary>Tasks with the same key can use the same costs.</summary>
    public static string KeyOf(CompiledDemand demand)
    {
        var one = demand.Demand;
        return string.Join('\n', Eligibility.KeyOf(one), one.Priority, string.Join(' ', Enumerable.Range(0, Amounts.MainLanes).Select(lane => demand.Need[lane])),
            string.Join(' ', demand.Need.More ?? []), one.Shape.Revocable, string.Join(' ', one.Shape.StaticPorts), string.Join(' ', one.AcceptedResourceRoles));
    }

    /// <summary>Brings the costs up to date.</summary>
    public void Sync(PlacementPool pool, CompiledDemand demand, VictimSearch search)
    {
        if (version == pool.Version) return;
        var changed = version < 0 ? null : pool.ChangedSince(version);
        if (stamps.Length < pool.SlotCount) Array.Resize(ref stamps, Math.Max(16, pool.SlotCount * 2));
        if (changed is null)
        {
            queue.Clear();
            changed = demand.Eligible.Agents();
        }

        foreach (var agent in changed)
        {
            stamps[agent]++;
            if (demand.Eligible.Has(agent) && search.On(pool.Slot(agent)!, null) is { } victims)
                queue.Enqueue((agent, stamps[agent]), VictimCost.Of(victims, agent));
        }

        version = pool.Version;
    }

    public bool TryPeek(out int agent, out VictimCost cost)
    {
        while (queue.TryPeek(out var top, out cost))
        {
            agent = top.Agent;
            if (stamps[agent] == top.Stamp) return true;
            queue.Dequeue();
        }

        agent = -1;
        return false;
    }

    public void Dequeue() => queue.Dequeue();

    /// <summary>Puts back an agent that was passed over in this plan.</summary>
    public void PutBack(int agent, VictimCost cost) => queue.Enqueue((agent, stamps[agent]), cost);
}
