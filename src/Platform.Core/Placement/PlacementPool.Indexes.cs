namespace Platform.Core.Placement;

/// <content>Indexes, the trial of plans, and copies.</content>
public sealed partial class PlacementPool
{
    private const int MostEligibilities = 256;
    private const int MostFieldOrders = 6;
    private const int MostVictimIndexes = 16;
    private const int RememberedChanges = 1 << 16;

    private readonly Dictionary<string, FieldIndex> fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Eligibility> eligibilities = new(StringComparer.Ordinal);
    private readonly HashSet<int> reservedAgents = [];
    private readonly HashSet<int> gpuAgents = [];
    private readonly HashSet<int> softTaintAgents = [];
    private readonly Dictionary<string, VictimIndex> victims = new(StringComparer.Ordinal);
    private readonly Dictionary<FieldIndex, AgentOrder> fieldOrders = [];
    private readonly List<FieldIndex> fieldsInUse = [];
    private readonly List<AgentSlot> dirty = [];
    private AgentOrder order = new();
    private AgentOrder slackOrder = new();
    private int[] changes = [];
    private List<UndoStep>? undo;

    /// <summary>Active agents by how full they are.</summary>
    internal AgentOrder Order => order;

    /// <summary>Active agents with slack, by how full the slack is.</summary>
    internal AgentOrder SlackOrder => slackOrder;

    /// <summary>Whether some agent has reservations.</summary>
    internal bool HasReservations => reservedAgents.Count > 0;

    /// <summary>Whether some agent has GPUs, which tasks without GPUs should leave alone.</summary>
    internal bool HasGpus => gpuAgents.Count > 0;

    /// <summary>Whether some agent has a PreferNoSchedule taint.</summary>
    internal bool HasSoftTaints => softTaintAgents.Count > 0;

    /// <summary>
    /// Active agents by how full they are, divided by the value of a field: order 0 has those without the field, order v + 1
    /// those of value v. Only the fields that were asked for last are kept in order.
    /// </summary>
    internal AgentOrder OrderBy(FieldIndex field)
    {
        if (fieldOrders.TryGetValue(field, out var divided))
        {
            if (fieldsInUse[^1] == field) return divided;
            fieldsInUse.Remove(field);
            fieldsInUse.Add(field);
            return divided;
        }

        if (fieldOrders.Count >= MostFieldOrders)
        {
            fieldOrders.Remove(fieldsInUse[0]);
            // What stands for a field in one kind of demand is made again when it is asked for again.
            if (fieldsInUse[0].IsDerived) fields.Remove(fieldsInUse[0].Name);
            fieldsInUse.RemoveAt(0);
        }

        fieldsInUse.Add(field);
        divided = new AgentOrder();
        for (var i = 0; i < used; i++)
            if (order.Has(i)) divided.Move(i, order.KeyOf(i), slots[i]!.Free.Main, field.ValueOf(i) + 1);
        divided.Settle();
        return fieldOrders[field] = divided;
    }

    internal VictimIndex VictimsBy(string key)
    {
        if (victims.TryGetValue(key, out var known)) return known;
        if (victims.Count >= MostVictimIndexes) victims.Clear();
        return victims[key] = new VictimIndex();
    }

    /// <summary>The index of a field, or of what <paramref name="read"/> makes of an agent under a name of its own.</summary>
    internal FieldIndex Field(string name, Func<PoolAgent, string?>? read = null)
    {
        if (name == "@hostname") name = "hostname";
        if (fields.TryGetValue(name, out var field)) return field;
        field = new FieldIndex(name, read);
        for (var i = 0; i < used; i++)
            if (slots[i] is { } slot) field.Set(i, slot.Spec);
        fields[name] = field;
        return field;
    }

    internal Eligibility EligibilityOf(Demand demand)
    {
        var key = Eligibility.KeyOf(demand);
        if (eligibilities.TryGetValue(key, out var known)) return known;
        if (eligibilities.Count >= MostEligibilities) eligibilities.Clear();
        known = Eligibility.Of(demand);
        for (var i = used - 1; i >= 0; i--)
            if (slots[i] is { } slot) known.Set(i, slot.Spec);
        eligibilities[key] = known;
        return known;
    }

    internal void Touch(AgentSlot slot)
    {
        if (slot.Dirty) return;
        slot.Dirty = true;
        dirty.Add(slot);
    }

    /// <summary>Notes what is special about an agent, which decides how demands are searched for.</summary>
    private void Classify(AgentSlot slot)
    {
        Note(reservedAgents, slot.Index, slot.Reserved.Length > 0);
        Note(gpuAgents, slot.Index, slot.Capacity[ScalarKinds.Gpus] > 0);
        Note(softTaintAgents, slot.Index, slot.Spec.Taints.Any(taint => taint.Effect == TaintEffect.PreferNoSchedule));

        static void Note(ISet<int> set, int agent, bool member)
        {
            if (member) set.Add(agent);
            else set.Remove(agent);
        }
    }

    /// <summary>Brings the indexes up to date with the agents that were touched.</summary>
    internal void Flush()
    {
        foreach (var slot in dirty)
        {
            slot.Dirty = false;
            var index = slot.Index;
            Record(index);
            if (slot.Spec.Availability != AgentAvailability.Active)
            {
                order.Remove(index);
                slackOrder.Remove(index);
                foreach (var divided in fieldOrders.Values) divided.Remove(index);
                continue;
            }

            var key = Fullness(slot.Free, slot.Capacity);
            order.Move(index, key, slot.Free.Main);
            foreach (var (field, divided) in fieldOrders) divided.Move(index, key, slot.Free.Main, field.ValueOf(index) + 1);
            if (slot.SlackCapacity.IsZero) slackOrder.Remove(index);
            else slackOrder.Move(index, Fullness(slot.SlackFree, slot.SlackCapacity), slot.SlackFree.Main);
        }

        order.Settle();
        slackOrder.Settle();
        foreach (var divided in fieldOrders.Values) divided.Settle();
        dirty.Clear();
    }

    /// <summary>
    /// The order of agents from the fullest to the emptiest: the free shares of cpus and mem, in millionths, added. Agents
    /// with GPUs come after all others, so that tasks without need of them fill them last.
    /// </summary>
    internal static long Fullness(in Amounts free, in Amounts capacity)
    {
        long key = 0;
        for (var lane = ScalarKinds.Cpus; lane <= ScalarKinds.Mem; lane++)
        {
            var all = capacity.Main[lane];
            key += all > 0 ? Math.Clamp(free.Main[lane], 0, all) * 1_000_000 / all : 1_000_000;
        }

        return capacity.Main[ScalarKinds.Gpus] > 0 ? key + 10_000_000 : key;
    }

    /// <summary>Agents that changed since a version, or null when that is too long ago to know.</summary>
    internal IEnumerable<int>? ChangedSince(long version)
    {
        if (Version - version > Math.Min(RememberedChanges, Math.Max(64, used / 2))) return null;
        return Enumerable.Range(0, (int)(Version - version)).Select(offset => changes[(version + offset) & (RememberedChanges - 1)]);
    }

    private void Record(int agent)
    {
        if (changes.Length == 0) changes = new int[RememberedChanges];
        changes[Version & (RememberedChanges - 1)] = agent;
        Version++;
    }

    /// <summary>From here on, what the planner does can be taken back.</summary>
    /// <returns>Where to take it back to.</returns>
    internal int BeginTrial()
    {
        undo ??= [];
        return undo.Count;
    }

    /// <summary>Ends a trial: keeps what was done since its start, or takes it back.</summary>
    internal void EndTrial(int start, bool keep, bool outermost)
    {
        if (!keep)
        {
            for (var i = undo!.Count - 1; i >= start; i--) TakeBack(undo[i]);
            undo.RemoveRange(start, undo.Count - start);
            Flush();
        }

        if (outermost) undo = null;
    }

    internal bool OnTrial => undo is not null;

    /// <summary>During a trial, notes where the search for ports stood on an agent.</summary>
    internal void RememberPorts(AgentSlot slot)
    {
        if (undo is null) return;
        undo.Add(new UndoStep(null, null, null, 0, slot.Ports, slot.Ports.Next));
        foreach (var bucket in slot.Reserved) undo.Add(new UndoStep(null, null, null, 0, bucket.Ports, bucket.Ports.Next));
    }

    private void TakeBack(UndoStep step)
    {
        if (step.BudgetOwner is { } owner)
        {
            TallyOf(owner).Budget = step.Budget;
            ForgetEmpty(owner);
            return;
        }

        if (step.Ports is not null)
        {
            step.Ports.Next = step.NextPort;
            return;
        }

        if (step.Placed is { } entry)
        {
            var slot = slots[entry.Agent]!;
            slot.Tasks.RemoveAt(slot.Tasks.LastIndexOf(entry));
            tasks.Remove(entry.Id);
            priorities[Math.Clamp(entry.Class.Priority, 0, 100)]--;
            step.Tally!.Add(entry.Agent, -1);
            var claim = claims.GetValueOrDefault(entry.Id);
            if (claim is not null) ForgetClaim(slot, claim);
            Free(slot, entry, claim);
            Touch(slot);
        }
        else
        {
            ForgetLeaving(step.Left!);
            Touch(slots[step.Left!.Agent]!);
        }

        step.Tally!.Away = step.Away;
        ForgetEmpty((step.Placed ?? step.Left!).Class.Owner);
    }

    /// <summary>A copy that shares nothing changeable with this pool: what is planned on it leaves this one as it is.</summary>
    public PlacementPool Clone()
    {
        var copy = new PlacementPool(DefaultStrategy)
        {
            Kinds = Kinds.Clone(),
            slots = new AgentSlot?[slots.Length],
            used = used,
            tasks = new(tasks, StringComparer.Ordinal),
            order = order.Clone(),
            slackOrder = slackOrder.Clone(),
            Version = Version,
            changes = [.. changes],
        };
        for (var i = 0; i < used; i++)
        {
            if (slots[i] is not { } slot) continue;
            var copied = slot.Clone();
            copy.slots[i] = copied;
            foreach (var claim in slot.Claims.Select(claim => claim.Clone()))
            {
                copied.Claims.Add(claim);
                copy.claims.Add(claim.Task.Id, claim);
            }
        }

        foreach (var (id, index) in agents) copy.agents.Add(id, index);
        foreach (var index in unused.Reverse()) copy.unused.Push(index);
        foreach (var (owner, tally) in owners) copy.owners.Add(owner, tally.Clone());
        copy.leaving.UnionWith(leaving);
        foreach (var (role, amounts) in leavingByRole) copy.leavingByRole.Add(role, amounts);
        copy.reservedAgents.UnionWith(reservedAgents);
        copy.gpuAgents.UnionWith(gpuAgents);
        copy.softTaintAgents.UnionWith(softTaintAgents);
        priorities.CopyTo(copy.priorities, 0);
        return copy;
    }
}
