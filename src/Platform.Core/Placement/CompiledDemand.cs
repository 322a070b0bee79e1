namespace Platform.Core.Placement;

/// <summary>A demand made ready for one pool: amounts in lanes, rules with their counts, and the agents it may use.</summary>
internal sealed partial class CompiledDemand
{
    private readonly PlacementPool pool;
    private readonly bool acceptsUnreserved;
    private readonly long[] mounts;

    public CompiledDemand(PlacementPool pool, Demand demand, PlacementOptions options)
    {
        this.pool = pool;
        Demand = demand;
        var shape = demand.Shape;
        var need = pool.Kinds.Of(shape.Scalars, shape.DynamicPorts + shape.StaticPorts.Length);
        mounts = [];
        foreach (var volume in shape.Volumes)
        {
            if (volume.Kind == VolumeKind.Mount) mounts = [.. mounts, ScalarKinds.Thousandths(volume.Size)];
            else need = need.With(ScalarKinds.Disk, need[ScalarKinds.Disk] + ScalarKinds.Thousandths(volume.Size));
        }

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

    public bool HasMounts => mounts.Length > 0;

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
        && (mounts.Length == 0 || ChooseMounts(slot) is not null)
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

    /// <summary>The smallest free disks that are large enough, in the order of the shape's mount volumes; null when there are too few.</summary>
    public string[]? ChooseMounts(AgentSlot slot, bool whenEmpty = false)
    {
        var chosen = new string[mounts.Length];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in Enumerable.Range(0, mounts.Length).OrderByDescending(i => mounts[i]).ToArray())
        {
            string? best = null;
            var size = long.MaxValue;
            foreach (var mount in slot.Mounts)
            {
                if ((!whenEmpty && mount.Holder is not null) || mount.Size < mounts[request] || mount.Size >= size || taken.Contains(mount.Root)) continue;
                best = mount.Root;
                size = mount.Size;
            }

            if (best is null) return null;
            chosen[request] = best;
            taken.Add(best);
        }

        return chosen;
    }

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
