using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <content>Dry runs.</content>
public sealed partial class AllocatorModel
{
    /// <summary>What would become of demands if they were submitted now, each as if those before it had been placed. Changes nothing.</summary>
    public ImmutableArray<PlacementPlan> Plan(IEnumerable<Demand> demands, DateTimeOffset now) =>
        Plan(demands.Select(demand => new PlannedChange { Demand = demand }), now);

    /// <summary>What would become of changes if they were made now, one after another. Changes nothing.</summary>
    /// <returns>A plan for each change that has a demand, in their order.</returns>
    public ImmutableArray<PlacementPlan> Plan(IEnumerable<PlannedChange> changes, DateTimeOffset now)
    {
        SyncOffers();
        var list = changes.ToList();
        // Only what was placed can be taken back: where tasks end or agents drain, it is tried on a copy.
        if (list.Any(change => change.Drains is not null || change.EndFirst.Length + change.EndThen.Length > 0))
            return PlanOn(_pool.Clone(), list, now);
        var isOutermost = !_pool.OnTrial;
        var start = _pool.BeginTrial();
        try
        {
            return PlanOn(_pool, list, now);
        }
        finally
        {
            _pool.EndTrial(start, keep: false, isOutermost);
        }
    }

    /// <summary>Of these demands those of which no task could ever run: no agent that is there could take one even if it were empty and active, or one alone is more than the limit of its role. Changes nothing.</summary>
    public ImmutableArray<PendingExplanation> FindImpossible(IEnumerable<Demand> demands, DateTimeOffset now) =>
        [.. demands.Select(demand => Planner.FindImpossible(_pool, demand, now, LimitsOf(demand))).OfType<PendingExplanation>()];

    /// <summary>The agents that cannot take a task of a waiting demand now, each with its causes; none when it does not wait.</summary>
    public ImmutableArray<AgentRejection> ExplainByAgent(string demandId, int most)
    {
        if (!_demands.TryGetValue(demandId, out var entry))
            return [];
        SyncOffers();
        return Planner.ExplainByAgent(_pool, entry.Rest, most, OptionsFor(entry.Demand, isExplained: true, mayPreempt: false));
    }

    private ImmutableArray<PlacementPlan> PlanOn(PlacementPool pool, List<PlannedChange> changes, DateTimeOffset now)
    {
        var plans = ImmutableArray.CreateBuilder<PlacementPlan>();
        // What the changes so far took of the limits of roles, and what they gave back.
        var taken = new Dictionary<string, ResourceQuantities>(StringComparer.Ordinal);
        var given = new Dictionary<string, ResourceQuantities>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (change.Drains is { } agent && pool.HasAgent(agent))
                pool.SetAvailability(agent, AgentAvailability.Draining);
            End(change.EndFirst);
            if (change.Demand is not { } demand)
            {
                End(change.EndThen);
                continue;
            }
            var plan = Place(demand);
            if (!plan.Placements.IsEmpty && !change.EndThen.IsDefaultOrEmpty)
            {
                End(change.EndThen);
                if (plan.Unplaced > 0)
                    plan = Together(plan, Place(Rest(demand, plan)));
            }
            plans.Add(plan);
        }
        return plans.ToImmutable();

        PlacementPlan Place(Demand demand)
        {
            var options = OptionsFor(demand, isExplained: true, mayPreempt: true);
            var plan = Planner.Place(pool, demand, now, Adjusted(options, demand.Role, taken, given));
            foreach (var placement in plan.Placements)
                Count(taken, demand.Role, UnreservedOf(pool.Task(placement.TaskId)!));
            foreach (var victim in plan.Preemptions)
                Count(given, victim.Role, UnreservedOf(pool.Task(victim.TaskId)!));
            return plan;
        }

        void End(ImmutableArray<string> taskIds)
        {
            foreach (var taskId in taskIds.IsDefault ? [] : taskIds)
            {
                if (pool.Task(taskId) is not { } task)
                    continue;
                Count(given, task.Role, UnreservedOf(task));
                pool.Release(taskId);
            }
        }
    }

    /// <summary>Adds an amount to a role and all those above it.</summary>
    private static void Count(Dictionary<string, ResourceQuantities> sums, string role, ResourceQuantities amount)
    {
        for (var path = role; path.Length > 0; path = path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "")
            sums[path] = sums.GetValueOrDefault(path) + amount;
    }

    private static Demand Rest(Demand demand, PlacementPlan plan) => demand with
    {
        Count = plan.Unplaced,
        GangSize = 0,
        TaskIds = [.. demand.TaskIds.Except(plan.Placements.Select(placement => placement.TaskId))],
        Id = demand.TaskIds.IsEmpty ? demand.Id + "+" : demand.Id,
    };

    private static PlacementPlan Together(PlacementPlan first, PlacementPlan second) => second with
    {
        DemandId = first.DemandId,
        Placements = [.. first.Placements, .. second.Placements],
        Preemptions = [.. first.Preemptions, .. second.Preemptions],
    };

    /// <summary>The options after what was planned already. What is held back for guarantees changes only by what this role itself took or gave.</summary>
    private static PlacementOptions Adjusted(
        PlacementOptions options, string role, Dictionary<string, ResourceQuantities> taken, Dictionary<string, ResourceQuantities> given)
    {
        return taken.Count + given.Count == 0 ? options : options with { Allowances = [.. options.Allowances.Select(Adjust)] };

        RoleAllowance Adjust(RoleAllowance allowance)
        {
            var path = allowance.Reason == RejectionReason.QuotaLimit ? allowance.Subject : role;
            var (less, more) = (taken.GetValueOrDefault(path), given.GetValueOrDefault(path));
            return allowance with
            {
                Left = allowance.Left.ToImmutableSortedDictionary(
                    left => left.Key, left => Math.Max(0, left.Value + ((more.Get(left.Key) - less.Get(left.Key)) / 1000m))),
            };
        }
    }

    private static ResourceQuantities UnreservedOf(PoolTask task)
    {
        if (task.Revocable)
            return ResourceQuantities.Empty;
        var all = ResourceCarving.ToQuantities(task.Scalars);
        foreach (var part in task.FromReserved.IsDefault ? [] : task.FromReserved)
            all -= ResourceCarving.ToQuantities(part.Scalars);
        return all;
    }
}
