using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Platform.Core.Placement;

namespace Platform.Core.Tests.Placement;

/// <summary>What holds for every cluster and every sequence of demands.</summary>
public sealed class PlacementProperties
{
    private static readonly string[] AgentIds = [.. Enumerable.Range(0, 10).Select(number => $"a{number}")];

    // Seeds from everywhere: FsCheck's own numbers are small, and would make the same hundred clusters over and over.
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static void ForClusters(Action<RandomCluster> property, int times = 2_000) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(times), Prop.ForAll(Seeds, seed => property(new RandomCluster(seed))));

    [Fact]
    public void Nothing_is_over_committed_whatever_happens() => ForClusters(cluster =>
    {
        for (var step = 0; step < 15; step++)
        {
            cluster.Place(cluster.NewDemand());
            PoolAudit.NothingIsOverCommitted(cluster.Pool, AgentIds);
            // Tasks end; agents keep what they promised, for an agent that shrinks under its tasks is over-committed by itself.
            var tasks = cluster.Pool.AllTasks().Select(task => task.Id).Order(StringComparer.Ordinal).ToArray();
            for (var ended = 0; ended < 3 && tasks.Length > 0; ended++) cluster.Pool.Release(tasks[cluster.Next(tasks.Length)]);
            PoolAudit.NothingIsOverCommitted(cluster.Pool, AgentIds);
        }
    });

    [Fact]
    public void Release_of_everything_returns_to_the_empty_state_exactly() => ForClusters(ReleaseEverything);

    [Fact]
    public void Release_of_everything_returns_to_the_empty_state_also_with_tasks_that_need_nothing() => ReleaseEverything(new RandomCluster(793151395));

    private static void ReleaseEverything(RandomCluster cluster)
    {
        for (var step = 0; step < 12; step++)
        {
            cluster.Place(cluster.NewDemand());
            if (cluster.Next(2) == 0) cluster.Disturb();
        }

        var tasks = cluster.Pool.AllTasks().Select(task => task.Id).Order(StringComparer.Ordinal).ToArray();
        foreach (var task in tasks.OrderBy(_ => cluster.Next(1_000)).ToArray()) cluster.Pool.Release(task);

        cluster.Pool.TaskCount.ShouldBe(0);
        foreach (var agent in AgentIds.Where(cluster.Pool.HasAgent)) PoolAudit.IsEmpty(cluster.Pool, agent);
    }

    [Fact]
    public void Constraints_hold_after_every_plan() => ForClusters(cluster =>
    {
        for (var step = 0; step < 6; step++)
        {
            var demand = cluster.NewDemand();
            var before = cluster.Pool.AllTasks().Where(task => task.Owner == demand.Owner).ToArray();
            var plan = cluster.Place(demand);
            // One task on every agent cannot be even as well.
            foreach (var constraint in demand.Constraints)
                if (!demand.SystemApp || constraint.Operator != ConstraintOperator.GroupBy) Holds(cluster.Pool, constraint, before, plan);
        }
    });

    [Fact]
    public void Planning_a_settled_state_does_nothing() => ForClusters(cluster =>
    {
        var demands = Enumerable.Range(0, 5).Select(_ => cluster.NewDemand()).Select(demand => demand with
        {
            MayPreempt = false,
            TaskIds = [.. Enumerable.Range(0, demand.Count).Select(index => $"{demand.Id}.{index}")],
        }).ToArray();
        foreach (var demand in demands) cluster.Place(demand);
        var settled = PoolAudit.Describe(cluster.Pool, AgentIds);
        foreach (var demand in demands.Where(demand => demand.Constraints.IsEmpty && demand.GangSize == 0))
        {
            var again = cluster.Place(demand);
            again.Placements.ShouldBeEmpty();
            again.Preemptions.ShouldBeEmpty();
        }

        PoolAudit.Describe(cluster.Pool, AgentIds).ShouldBe(settled);
    });

    [Fact]
    public void Gangs_are_whole_or_absent() => ForClusters(cluster =>
    {
        for (var step = 0; step < 8; step++)
        {
            var demand = cluster.NewDemand() with { SystemApp = false };
            demand = demand with { GangSize = 1 + cluster.Next(demand.Count) };
            var before = PoolAudit.Describe(cluster.Pool, AgentIds);
            var plan = cluster.Place(demand);
            if (plan.Placements.IsEmpty) PoolAudit.Describe(cluster.Pool, AgentIds).ShouldBe(before);
            else plan.Placements.Length.ShouldBeGreaterThanOrEqualTo(demand.GangSize);
        }
    });

    [Fact]
    public void Preemption_goes_downward_only_and_within_budgets() => ForClusters(cluster =>
    {
        var budgets = new Dictionary<string, int?>();
        for (var step = 0; step < 12; step++)
        {
            var demand = cluster.NewDemand();
            var plan = cluster.Place(demand);
            foreach (var victim in plan.Preemptions)
            {
                victim.Priority.ShouldBeLessThan(demand.Priority);
                victim.Owner.ShouldNotBe(demand.Owner);
            }

            foreach (var group in plan.Preemptions.GroupBy(victim => victim.Owner))
                if (budgets.GetValueOrDefault(group.Key) is { } budget) group.Count().ShouldBeLessThanOrEqualTo(budget);
            if (plan.Placements.Length > 0 && demand.DisruptionBudget is { } told) budgets[demand.Owner] = told;
        }
    });

    [Fact]
    public void A_guarantee_is_never_broken() => ForClusters(cluster =>
    {
        for (var step = 0; step < 8; step++) cluster.Place(cluster.NewDemand() with { Priority = cluster.Next(2) * 20 });
        var used = Used(cluster.Pool, "dev");
        var surplus = cluster.Next(40) / 10m;
        var plan = cluster.Place(cluster.NewDemand() with { Priority = 100, Role = "ops" }, new PlacementOptions
        {
            Surplus = new Dictionary<string, ImmutableSortedDictionary<string, decimal>> { ["dev"] = ImmutableSortedDictionary<string, decimal>.Empty.Add("cpus", surplus) },
        });

        var victims = plan.Preemptions.Select(victim => victim.TaskId).ToHashSet();
        var left = cluster.Pool.AllTasks().Where(task => IsDev(task) && !victims.Contains(task.Id) && !cluster.Pool.IsLeaving(task.Id)).Sum(task => task.Scalars.Cpus);
        if (victims.Count > 0 && plan.Preemptions.Any(victim => victim.Role.StartsWith("dev")))
            left.ShouldBeGreaterThanOrEqualTo(used - surplus);

        static decimal Used(PlacementPool pool, string _) => pool.AllTasks().Where(IsDev).Sum(task => task.Scalars.Cpus);
        static bool IsDev(PoolTask task) => task.Role is "dev" or "dev/web";
    });

    [Fact]
    public void A_rejection_is_true_and_removing_its_cause_makes_the_agent_feasible() => ForClusters(cluster =>
    {
        for (var step = 0; step < 6; step++) cluster.Place(cluster.NewDemand());
        var demand = cluster.NewDemand() with { GangSize = 0, MayPreempt = false, Count = 1, Owner = "app:/new" };
        var told = Planner.Explain(cluster.Pool, demand, cluster.Now);

        // The agents that are called feasible are those where a pinned task is placed.
        AgentIds.Count(agent => cluster.Pool.HasAgent(agent) && Fits(cluster.Pool, demand with { PinnedAgent = agent })).ShouldBe(told.FeasibleAgents);
        foreach (var rejection in told.Rejections.Where(rejection => rejection.AgentsByThisAlone > 0))
        {
            var mended = cluster.Pool.Clone();
            var relaxed = Mend(mended, demand, rejection);
            if (relaxed is null) continue;
            Planner.Explain(mended, relaxed, cluster.Now).FeasibleAgents.ShouldBeGreaterThanOrEqualTo(told.FeasibleAgents + rejection.AgentsByThisAlone, rejection.ToString());
        }
    });

    [Fact]
    public void A_copy_and_a_dry_run_leave_the_pool_as_it_was() => ForClusters(cluster =>
    {
        for (var step = 0; step < 6; step++) cluster.Place(cluster.NewDemand());
        var before = PoolAudit.Describe(cluster.Pool, AgentIds);
        var demands = Enumerable.Range(0, 4).Select(_ => cluster.NewDemand()).ToArray();

        var onCopy = demands.Select(demand => Planner.Place(cluster.Pool.Clone(), demand, cluster.Now)).ToArray();
        var copy = cluster.Pool.Clone();
        var inTurn = demands.Select(demand => Planner.Place(copy, demand, cluster.Now).ToString()).ToArray();
        PoolAudit.Describe(cluster.Pool, AgentIds).ShouldBe(before);

        Planner.DryRun(cluster.Pool, demands, cluster.Now).Select(plan => plan.ToString()).ShouldBe(inTurn);
        PoolAudit.Describe(cluster.Pool, AgentIds).ShouldBe(before);
        onCopy[0].ToString().ShouldBe(Planner.Place(cluster.Pool, demands[0], cluster.Now).ToString());
    });

    [Fact]
    public void The_same_events_give_the_same_plans() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Seeds, seed =>
    {
        Story(seed).ShouldBe(Story(seed));

        static string Story(int seed)
        {
            var cluster = new RandomCluster(seed);
            for (var step = 0; step < 8; step++)
            {
                cluster.Place(cluster.NewDemand());
                cluster.Disturb();
            }

            return string.Join('\n', cluster.Plans.SelectMany(one => one.Plan.Placements.Select(placement => $"{placement.TaskId} {placement.AgentId} {string.Join(';', placement.Ports)}")));
        }
    }));

    [Fact]
    public void Every_search_finds_what_a_look_at_every_agent_finds() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Seeds, seed =>
    {
        var cluster = new RandomCluster(seed);
        var strategy = cluster.Next(2) == 0 ? PlacementStrategy.BinPack : PlacementStrategy.Spread;
        PlacementPool[] pools = [new(strategy), new(strategy)];
        var agents = 2 + cluster.Next(20);
        for (var i = 0; i < agents; i++)
        {
            var agent = cluster.NewAgent(i) with { Reserved = [], Taints = [], Unreserved = ScalarAmounts.Of(2 + cluster.Next(8), 100 * (2 + cluster.Next(8)), 1_000) };
            foreach (var pool in pools) pool.SetAgent(agent);
        }

        // An agent with a reservation, even one that is not active, makes the planner look at every agent.
        pools[1].SetAgent(PoolBuilder.Agent("idle") with { Availability = AgentAvailability.Deactivated, Reserved = [new ReservedAmounts { Role = "x" }] });
        for (var step = 0; step < 10; step++)
        {
            var demand = cluster.NewDemand() with { MayPreempt = false };
            var plans = pools.Select(pool => Planner.Place(pool, demand, cluster.Now).Placements.Select(placement => $"{placement.TaskId} {placement.AgentId}").ToArray()).ToArray();
            plans[0].ShouldBe(plans[1], demand.ToString());
            var tasks = pools[0].AllTasks().Select(task => task.Id).Order(StringComparer.Ordinal).ToArray();
            for (var ended = 0; ended < 3 && tasks.Length > 0; ended++)
            {
                var task = tasks[cluster.Next(tasks.Length)];
                foreach (var pool in pools) pool.Release(task);
            }
        }
    }));

    private static bool Fits(PlacementPool pool, Demand demand) => Planner.DryRun(pool, [demand with { SystemApp = false }], DateTimeOffset.UnixEpoch).Single().Placements.Length > 0;

    /// <summary>Removes the cause of a rejection, from the demand or from the agents; null when that cannot be told from outside.</summary>
    private static Demand? Mend(PlacementPool pool, Demand demand, Rejection rejection)
    {
        switch (rejection.Reason)
        {
            case RejectionReason.NodePool:
                return demand with { NodePool = NodePools.All };
            case RejectionReason.Draining:
                foreach (var agent in AgentIds)
                    if (pool.Agent(agent)?.Availability == AgentAvailability.Draining) pool.SetAvailability(agent, AgentAvailability.Active);
                return demand;
            case RejectionReason.Taint:
                return demand with { Tolerations = [new Toleration()] };
            case RejectionReason.Constraint:
                return demand with { Constraints = [.. demand.Constraints.Where(constraint => constraint.ToString() != rejection.Subject)] };
            case RejectionReason.PortUnavailable:
                return demand with { Shape = demand.Shape with { StaticPorts = [] } };
            case RejectionReason.InsufficientPorts:
                return demand with { Shape = demand.Shape with { DynamicPorts = 0, StaticPorts = [] } };
            case RejectionReason.NoMountDisk or RejectionReason.NoPathDisk:
                return demand with { Shape = demand.Shape with { Volumes = [] } };
            case RejectionReason.InsufficientResource or RejectionReason.ReservedForRole:
                var scalars = demand.Shape.Scalars;
                return demand with { Shape = demand.Shape with { Scalars = rejection.Subject.StartsWith("cpus") ? scalars with { Cpus = 0 } : scalars with { Mem = 0 } } };
            default:
                return null;
        }
    }

    private static void Holds(PlacementPool pool, Constraint constraint, PoolTask[] before, PlacementPlan plan)
    {
        string? ValueOn(string agentId) => constraint.Field switch
        {
            "hostname" => pool.Agent(agentId)!.Hostname,
            "@zone" => pool.Agent(agentId)!.Zone,
            _ => pool.Agent(agentId)!.Attributes.GetValueOrDefault(constraint.Field),
        };
        var placed = plan.Placements.Select(placement => ValueOn(placement.AgentId)).ToArray();
        var all = placed.Concat(before.Select(task => ValueOn(task.AgentId))).ToArray();
        if (constraint.Operator != ConstraintOperator.Unlike) placed.ShouldNotContain((string?)null, constraint.ToString());
        var touched = placed.Where(value => value is not null).Distinct().ToArray();
        switch (constraint.Operator)
        {
            case ConstraintOperator.Unique:
                foreach (var value in touched) all.Count(other => other == value).ShouldBe(1, constraint.ToString());
                break;
            case ConstraintOperator.MaxPer:
                foreach (var value in touched) all.Count(other => other == value).ShouldBeLessThanOrEqualTo(int.Parse(constraint.Value!), constraint.ToString());
                break;
            case ConstraintOperator.Cluster:
                touched.Length.ShouldBeLessThanOrEqualTo(1, constraint.ToString());
                if (constraint.Value is not null && touched.Length > 0) touched[0].ShouldBe(constraint.Value);
                break;
            case ConstraintOperator.Is:
                touched.ShouldAllBe(value => value == constraint.Value);
                break;
            case ConstraintOperator.Like:
                touched.ShouldAllBe(value => value == "r1" || value == "r2");
                break;
            case ConstraintOperator.Unlike:
                touched.ShouldNotContain("r1");
                break;
            case ConstraintOperator.GroupBy when constraint.Value is null && before.Length == 0 && touched.Length > 0 && plan.Placements.All(placement => placement.Awaits.IsDefaultOrEmpty):
                // Even over the values that are used: never more than one apart. Room that victims make comes late, and a value without tasks is always good.
                var sizes = touched.Select(value => all.Count(other => other == value)).ToArray();
                (sizes.Max() - sizes.Min()).ShouldBeLessThanOrEqualTo(1, constraint.ToString());
                break;
            case ConstraintOperator.GroupBy when constraint.Value == "2" && before.Length == 0:
                touched.Length.ShouldBeLessThanOrEqualTo(2, constraint.ToString());
                break;
        }
    }
}
