using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>
/// Decides where tasks go. The same pool, demand, time and options give the same plan. A plan is applied to the pool as it is
/// made: a placed task holds its resources until it is released, and a victim until it has ended.
/// </summary>
public static class Planner
{
    /// <summary>Places as many tasks of a demand as there is room for.</summary>
    /// <param name="pool">The agents and tasks; changed by the plan.</param>
    /// <param name="demand">What to place.</param>
    /// <param name="now">The start time of the tasks, and what a gang's deadline is compared with.</param>
    /// <param name="options">Limits and filters; null for none.</param>
    public static PlacementPlan Place(PlacementPool pool, Demand demand, DateTimeOffset now, PlacementOptions? options = null)
    {
        options ??= PlacementOptions.Default;
        var compiled = new CompiledDemand(pool, demand, options);
        var wanted = demand.SystemApp ? int.MaxValue : Math.Max(0, demand.Count - demand.TaskIds.Count(pool.HasTask));
        var draft = new PlanDraft(pool, compiled, options, now.UtcTicks)
        {
            Wanted = wanted,
            Left = demand.MostPerRound > 0 ? Math.Min(wanted, demand.MostPerRound) : wanted,
        };
        var late = demand.GangSize > 0 && demand.GangDeadline < now && draft.Left > 0;
        if (!late)
        {
            if (demand.GangSize > 0) PlaceGang(draft, Math.Min(demand.GangSize, draft.Left));
            else Search(draft);
        }

        if (demand.DisruptionBudget is { } budget && draft.Placements.Count > 0) pool.PlanBudget(demand.Owner, budget);
        var waiting = demand.SystemApp
            ? compiled.Eligible.Agents().Count(agent => !compiled.Tally.ByAgent.ContainsKey(agent))
            : draft.Wanted - draft.Placements.Count;
        pool.ForgetEmpty(demand.Owner);
        return new PlacementPlan
        {
            DemandId = demand.Id,
            Placements = [.. draft.Placements],
            Preemptions = [.. draft.Preemptions],
            Unplaced = waiting,
            Pending = waiting > 0 && options.Explain ? Explainer.Explain(pool, demand.GangSize > 0 ? new CompiledDemand(pool, demand, options) : compiled, waiting, now) : null,
        };
    }

    /// <summary>Why tasks of a demand wait, as things stand now. Changes nothing.</summary>
    public static PendingExplanation Explain(PlacementPool pool, Demand demand, DateTimeOffset now, PlacementOptions? options = null) =>
        Explainer.Explain(pool, new CompiledDemand(pool, demand, options ?? PlacementOptions.Default), demand.Count, now);

    /// <summary>Why no agent of the pool could take a task of a demand even if it were empty and active, or why a limit is too low for one; null when a task could run. Changes nothing.</summary>
    public static PendingExplanation? FindImpossible(PlacementPool pool, Demand demand, DateTimeOffset now, PlacementOptions? options = null) =>
        Explainer.FindImpossible(pool, new CompiledDemand(pool, demand, options ?? PlacementOptions.Default), now);

    /// <summary>The agents that cannot take a task of a demand now, each with its causes. Changes nothing.</summary>
    /// <param name="pool">The agents and tasks.</param>
    /// <param name="demand">The demand.</param>
    /// <param name="most">At most so many agents are told.</param>
    /// <param name="options">Limits and filters; null for none.</param>
    public static ImmutableArray<AgentRejection> ExplainByAgent(PlacementPool pool, Demand demand, int most, PlacementOptions? options = null) =>
        Explainer.ByAgent(pool, new CompiledDemand(pool, demand, options ?? PlacementOptions.Default), most);

    /// <summary>What <see cref="Place"/> would do for some demands in turn. The pool is left as it was.</summary>
    public static ImmutableArray<PlacementPlan> DryRun(PlacementPool pool, IEnumerable<Demand> demands, DateTimeOffset now, PlacementOptions? options = null)
    {
        var outermost = !pool.OnTrial;
        var start = pool.BeginTrial();
        try
        {
            return [.. demands.Select(demand => Place(pool, demand, now, options))];
        }
        finally
        {
            pool.EndTrial(start, keep: false, outermost);
        }
    }

    private static void Search(PlanDraft draft)
    {
        var (pool, demand) = (draft.Pool, draft.Demand);
        if (demand.Demand.SystemApp)
        {
            PlaceEverywhere(draft);
        }
        else if (demand.Demand.PinnedAgent is not null || !demand.Demand.ExistingVolumes.IsDefaultOrEmpty)
        {
            if (demand.PinnedTo() is { } slot) PlaceOn(draft, slot);
            pool.Flush();
        }
        else
        {
            if (OrderedSearch.Suits(demand, pool)) OrderedSearch.Run(draft);
            else if (!ValueSearch.TryRun(draft)) CellSearch.Run(draft);
            if (PreemptionSearch.Suits(draft)) PreemptionSearch.Run(draft);
        }
    }

    private static void PlaceGang(PlanDraft draft, int least)
    {
        var (pool, outermost) = (draft.Pool, !draft.Pool.OnTrial);
        var start = pool.BeginTrial();
        Search(draft);
        var whole = draft.Placements.Count >= least;
        pool.EndTrial(start, whole, outermost);
        if (!whole) draft.Clear();
    }

    private static void PlaceOn(PlanDraft draft, AgentSlot slot)
    {
        var demand = draft.Demand;
        if (!demand.Eligible.Has(slot.Index) || demand.IsFiltered(slot)) return;
        while (draft.Left > 0 && demand.RulesLeft(slot.Index) > 0 && demand.HasRoom(slot)) draft.Put(slot);
        while (PreemptionSearch.Suits(draft) && !demand.QuotaReached && PreemptionSearch.RunOn(draft, slot)) { }
    }

    private static void PlaceEverywhere(PlanDraft draft)
    {
        var (pool, demand) = (draft.Pool, draft.Demand);
        var most = demand.Demand.MostPerRound > 0 ? demand.Demand.MostPerRound : int.MaxValue;
        foreach (var agent in demand.Eligible.Agents())
        {
            if (draft.Placements.Count >= most || demand.LimitReached) break;
            var slot = pool.Slot(agent)!;
            if (demand.Tally.ByAgent.ContainsKey(agent) || demand.IsFiltered(slot) || demand.RulesLeft(agent) == 0) continue;
            if (demand.HasRoom(slot)) draft.Put(slot);
            else if (PreemptionSearch.Suits(draft)) PreemptionSearch.RunOn(draft, slot);
        }

        pool.Flush();
    }
}
