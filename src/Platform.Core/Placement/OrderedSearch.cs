namespace Platform.Core.Placement;

/// <summary>
/// Placement without preferences: a walk along the pool's order. With bin-pack, an agent that got a task is the fullest one
/// with room until it has none, and an agent that was passed over cannot become feasible during the plan; so one walk
/// forward makes the choice that looking at every agent for every task would make.
/// </summary>
internal static class OrderedSearch
{
    /// <summary>Below this share of eligible agents a scan of those is cheaper than a walk along all.</summary>
    private const int DenseEnough = 8;

    public static bool Suits(CompiledDemand demand, PlacementPool pool)
    {
        if (!demand.Demand.Preferences.IsEmpty || !IsDense(demand, pool)) return false;
        foreach (var rule in demand.Rules)
            if (rule.IsGroupBy || rule.PicksCluster) return false;
        if (demand.Strategy == PlacementStrategy.Spread && (demand.Rules.Length > 0 || pool.HasGpus)) return false;
        return true;
    }

    /// <summary>Whether the order by fullness is the order of the demand, and enough of it is eligible.</summary>
    public static bool IsDense(CompiledDemand demand, PlacementPool pool) =>
        demand.AcceptsUnreserved && !pool.HasSoftTaints && !demand.MayUseReserved && demand.Eligible.Count * DenseEnough >= pool.AgentCount;

    public static void Run(PlanDraft draft)
    {
        var (pool, demand) = (draft.Pool, draft.Demand);
        var order = demand.Class.Revocable ? pool.SlackOrder : pool.Order;
        var filter = new Feasible(demand, pool);
        var need = demand.Need.Main;
        if (demand.Strategy == PlacementStrategy.Spread)
        {
            while (draft.Left > 0 && !demand.LimitReached && order.Last(need, ref filter) is >= 0 and var emptiest)
            {
                draft.Put(pool.Slot(emptiest)!);
                pool.Flush();
            }

            return;
        }

        var agent = draft.Left > 0 && !demand.LimitReached ? order.First(need, ref filter) : -1;
        while (agent >= 0)
        {
            var slot = pool.Slot(agent)!;
            var most = Math.Min(draft.Left, demand.RulesLeft(agent));
            do draft.Put(slot);
            while (--most > 0 && demand.HasRoom(slot));
            agent = draft.Left > 0 && !demand.LimitReached ? order.FirstAfter(agent, need, ref filter) : -1;
        }

        pool.Flush();
    }

    private readonly struct Feasible(CompiledDemand demand, PlacementPool pool) : IAgentFilter
    {
        public bool Accepts(int agent) =>
            demand.Eligible.Has(agent)
            && (demand.Rules.Length == 0 || demand.RulesLeft(agent) > 0)
            && pool.Slot(agent) is { } slot
            && demand.HasRoom(slot)
            && !demand.IsFiltered(slot);
    }
}
