namespace Platform.Core.Placement;

/// <summary>A demand made ready for one pool: amounts in lanes, rules with their counts, and the agents it may use.</summary>
internal sealed partial class CompiledDemand
{
    private readonly PlacementPool pool;
    private readonly bool acceptsUnreserved;
    private readonly DiskRequest[] diskRequests;

    public CompiledDemand(PlacementPool pool, Demand demand, PlacementOptions options)
    {
        this.pool = pool;
        Demand = demand;
        var shape = demand.Shape;
        var need = pool.Kinds.Of(shape.Scalars, shape.DynamicPorts + shape.StaticPorts.Length);
        foreach (var volume in shape.Volumes)
            if (volume.Kind == VolumeKind.Root) need = need.With(ScalarKinds.Disk, need[ScalarKinds.Disk] + ScalarKinds.Thousandths(volume.Size));
        diskRequests = shape.Volumes.IsEmpty ? [] : [.. shape.Volumes.Where(volume => volume.Kind != VolumeKind.Root).Select(volume => new DiskRequest(volume))];

        Need = need;
        Tally = pool.TallyOf(demand.Owner);
        Class = new TaskClass
        {
            Owner = demand.Owner,
            DemandId = demand.Id,
            Role = demand.Role,
            Priority = demand.Priority,
            Need = need,
            Revocable = shape.Revocable,
            KillGrace = demand.KillGrace,
            Tolerations = demand.Tolerations,
        };
        Eligible = pool.EligibilityOf(demand);
        acceptsUnreserved = demand.AcceptedResourceRoles.IsEmpty || demand.AcceptedResourceRoles.Contains("*");
        Allowances = [.. options.Allowances.Select(allowance => new AllowanceLeft(allowance, pool.Kinds))];
        Filtered = options.Filtered.Count == 0 ? null : [.. options.Filtered];
        Instances = Math.Max(1, demand.OwnerInstances > 0 ? demand.OwnerInstances : demand.Count + Tally.Total);
        Rules = demand.Constraints.IsEmpty ? [] : RulesOf();
    }

    public Demand Demand { get; }

    public Amounts Need { get; }

    public TaskClass Class { get; }

    public OwnerTally Tally { get; }

    /// <summary>How many tasks the owner wants in all.</summary>
    public int Instances { get; }

    public Eligibility Eligible { get; }

    public CountRule[] Rules { get; }

    public AllowanceLeft[] Allowances { get; }

    /// <summary>Ids of agents that the caller filters; null when there are none.</summary>
    public HashSet<string>? Filtered { get; }

    public bool HasDisks => diskRequests.Length > 0;

    /// <summary>Whether some agents could serve it from a reservation.</summary>
    public bool MayUseReserved => pool.HasReservations && !Class.Revocable;

    public bool AcceptsUnreserved => acceptsUnreserved || Class.Revocable;

    public PlacementStrategy Strategy => Demand.Strategy == PlacementStrategy.Default ? pool.DefaultStrategy : Demand.Strategy;

    public bool AcceptsRole(string role)
    {
        if (!Demand.AcceptedResourceRoles.IsEmpty) return role != "*" && Demand.AcceptedResourceRoles.Contains(role);
        var own = Demand.Role;
        return own.StartsWith(role, StringComparison.Ordinal) && (own.Length == role.Length || own[role.Length] == '/');
    }

    /// <summary>What the demand could use on an agent now.</summary>
    public Amounts Usable(AgentSlot slot)
    {
        if (Class.Revocable) return slot.SlackFree;
        var usable = acceptsUnreserved ? slot.Free : default;
        foreach (var bucket in slot.Reserved)
        {
            if (!AcceptsRole(bucket.Role)) continue;
            usable = (usable.AtLeastZero() + bucket.Free).With(ScalarKinds.Ports, usable[ScalarKinds.Ports] + bucket.Ports.Count);
        }

        return usable;
    }

    /// <summary>What the demand could use on an agent if no task were there.</summary>
    public Amounts UsableWhenEmpty(AgentSlot slot)
    {
        if (Class.Revocable) return slot.SlackCapacity.With(ScalarKinds.Ports, slot.Capacity[ScalarKinds.Ports]);
        var usable = acceptsUnreserved ? slot.Capacity : default;
        foreach (var bucket in slot.Reserved)
        {
            if (!AcceptsRole(bucket.Role)) continue;
            usable = (usable + bucket.Capacity).With(ScalarKinds.Ports, usable[ScalarKinds.Ports] + bucket.Ports.Capacity);
        }

        return usable;
    }

    /// <summary>Whether its reservations alone are enough for one task.</summary>
    public bool ReservedSuffices(AgentSlot slot)
    {
        var usable = default(Amounts);
        foreach (var bucket in slot.Reserved)
            if (AcceptsRole(bucket.Role)) usable += bucket.Free;
        return usable.Covers(Need.With(ScalarKinds.Ports, 0));
    }

    /// <summary>How many more tasks the count rules allow on an agent now.</summary>
    public int RulesLeft(int agent)
    {
        var left = int.MaxValue;
        foreach (var rule in Rules) left = Math.Min(left, rule.Left(rule.Field.ValueOf(agent)));
        return left;
    }

    /// <summary>Whether one task has room on an agent: scalars, ports, disks, and the limits of its role.</summary>
    public bool HasRoom(AgentSlot slot) =>
        Usable(slot).Covers(Need)
        && (Demand.Shape.StaticPorts.IsEmpty || StaticPortsFree(slot))
        && (diskRequests.Length == 0 || ChooseDisks(slot) is not null)
        && (Allowances.Length == 0 || Allowed(slot));

    /// <summary>Whether a limit leaves room for no more tasks, wherever they go.</summary>
    public bool LimitReached
    {
        get
        {
            foreach (var allowance in Allowances)
                if (!allowance.Left.Covers(Need) && (!allowance.Allowance.UnreservedOnly || !MayUseReserved)) return true;
            return false;
        }
    }

    /// <summary>Whether a quota limit leaves room for no more tasks. Headroom does not count: what victims give was never part of it.</summary>
    public bool QuotaReached
    {
        get
        {
            foreach (var allowance in Allowances)
                if (allowance.Allowance.Reason != RejectionReason.QuotaHeadroom && !allowance.Left.Covers(Need)) return true;
            return false;
        }
    }

    /// <summary>The only agent that will do for a demand that is pinned or whose volumes exist; null when there is none.</summary>
    public AgentSlot? PinnedTo()
    {
        var agent = Demand.PinnedAgent;
        foreach (var volume in Demand.ExistingVolumes)
        {
            if (pool.AgentOf(volume) is not { } holder || (agent is not null && agent != holder)) return null;
            agent = holder;
        }

        return agent is null ? null : pool.SlotOf(agent);
    }

    public bool IsFiltered(AgentSlot slot) => Filtered is not null && Filtered.Contains(slot.Spec.Id);

    public bool StaticPortsFree(AgentSlot slot)
    {
        foreach (var port in Demand.Shape.StaticPorts)
            if (AcceptedPorts(slot, port)?.IsFree(port) != true) return false;
        return true;
    }

    /// <summary>The ports of an agent that the demand may use and that have a port; null when there are none.</summary>
    public PortBits? AcceptedPorts(AgentSlot slot, int port)
    {
        if (AcceptsUnreserved && slot.Ports.Has(port)) return slot.Ports;
        foreach (var bucket in slot.Reserved)
            if (bucket.Ports.Has(port) && AcceptsRole(bucket.Role)) return bucket.Ports;
        return null;
    }

    /// <summary>
    /// Room on disks for the shape's path and mount volumes, in their order: of the disks that will do the one with the least
    /// room, the largest volume first, and what is reserved before what is not. Null when there is none for some volume.
    /// </summary>
    public DiskPart[]? ChooseDisks(AgentSlot slot, bool whenEmpty = false)
    {
        if (slot.Disks.Length == 0) return null;
        var left = new long[slot.Disks.Length];
        for (var i = 0; i < left.Length; i++) left[i] = whenEmpty ? slot.Disks[i].Size : slot.Disks[i].Free;
        var chosen = new DiskPart[diskRequests.Length];
        foreach (var request in Enumerable.Range(0, chosen.Length).OrderByDescending(i => diskRequests[i].Size).ToArray())
        {
            var wanted = diskRequests[request];
            var best = -1;
            for (var i = 0; i < left.Length; i++)
            {
                if (!wanted.Accepts(slot.Disks[i], left[i]) || !AcceptsDisk(slot.Disks[i].Disk.Role)) continue;
                if (best < 0 || Rank(i).CompareTo(Rank(best)) < 0) best = i;
            }

            if (best < 0) return null;
            var taken = slot.Disks[best].IsWhole ? slot.Disks[best].Size : wanted.Size;
            left[best] -= taken;
            chosen[request] = new DiskPart(slot.Disks[best].Disk.Root, taken / 1000m, slot.Disks[best].Disk.Role);
        }

        return chosen;

        (bool, long) Rank(int i) => (slot.Disks[i].Disk.Role == "*", left[i]);
    }

    private bool AcceptsDisk(string role) => role == "*" ? acceptsUnreserved : AcceptsRole(role);

    private CountRule[] RulesOf()
    {
        var rules = new List<CountRule>();
        foreach (var constraint in Demand.Constraints)
        {
            if (StaticConstraint.Covers(constraint)) continue;
            var field = pool.Field(constraint.Field);
            var first = -1;
            if (constraint.Operator == ConstraintOperator.Cluster && Tally.Total > 0)
                first = field.ValueOf(pool.OldestOf(Demand.Owner)!.Agent);
            rules.Add(new CountRule(constraint, field, Tally.CountsBy(field), Instances, first, Tally.Total > 0));
        }

        return [.. rules];
    }
}
