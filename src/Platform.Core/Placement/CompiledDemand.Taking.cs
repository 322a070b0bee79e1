using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <content>Taking what a task needs from an agent.</content>
internal sealed partial class CompiledDemand
{
    /// <summary>Takes ports, disks and reserved amounts for one task, whose room was checked, and puts it on the agent.</summary>
    public TaskPlacement Place(AgentSlot slot, string id, int index, long now)
    {
        var entry = Take(slot, id, now);
        if (Allowances.Length > 0) Charge(entry);
        pool.Place(slot, entry, Tally);
        foreach (var rule in Rules) rule.Placed(rule.Field.ValueOf(slot.Index));
        return Describe(slot, entry, index, []);
    }

    public TaskPlacement Describe(AgentSlot slot, TaskEntry entry, int index, ImmutableArray<string> awaits) => new()
    {
        TaskId = entry.Id,
        DemandId = Demand.Id,
        Index = index,
        AgentId = slot.Spec.Id,
        Hostname = slot.Spec.Hostname,
        Region = slot.Spec.Region,
        Zone = slot.Spec.Zone,
        Attributes = slot.Spec.Attributes,
        Ports = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(entry.Ports),
        FromReserved = pool.DrawnBy(entry),
        Disks = entry.Disks is null ? [] : [.. entry.Disks],
        Awaits = awaits,
    };

    /// <summary>
    /// Takes what is free of the ports for a task that waits; the others are those of tasks that are leaving, and owed.
    /// </summary>
    public (TaskEntry Entry, HashSet<int> Owed) TakeAwaiting(AgentSlot slot, string id, long now)
    {
        var owed = new HashSet<int>();
        var shape = Demand.Shape;
        var ports = new int[shape.StaticPorts.Length + shape.DynamicPorts];
        if (ports.Length > 0) pool.RememberPorts(slot);
        var next = 0;
        foreach (var port in shape.StaticPorts)
        {
            if (AcceptedPorts(slot, port)?.Take(port) == false) owed.Add(port);
            ports[next++] = port;
        }

        while (next < ports.Length && slot.Ports.Count > 0) ports[next++] = slot.Ports.TakeNext();
        foreach (var entry in slot.Tasks)
        {
            if (next == ports.Length) break;
            if (!pool.IsLeaving(entry.Id)) continue;
            foreach (var port in entry.Ports)
                if (next < ports.Length && slot.Ports.Has(port) && pool.IsComing(slot, port) && owed.Add(port)) ports[next++] = port;
        }

        PlacementPool.CountPorts(slot);
        return (new TaskEntry(id, Class, slot.Index, now, ports), owed);
    }

    /// <summary>Whether the cluster's headroom leaves the free part of what a task that waits for victims takes.</summary>
    public bool HeadroomAllows(AgentSlot slot)
    {
        var room = (Class.Revocable ? slot.SlackFree : slot.Free).AtLeastZero();
        foreach (var allowance in Allowances)
            if (allowance.Allowance.Reason == RejectionReason.QuotaHeadroom && !allowance.Left.Covers(Amounts.Min(Need, room))) return false;
        return true;
    }

    /// <summary>Charges a task that waits for victims: quota limits in full, headroom only with what was free.</summary>
    public void ChargeAwaiting(TaskEntry entry, in Amounts debt)
    {
        foreach (var allowance in Allowances)
            allowance.Left -= allowance.Allowance.Reason == RejectionReason.QuotaHeadroom ? entry.Unreserved() - debt : Need;
    }

    private TaskEntry Take(AgentSlot slot, string id, long now)
    {
        var draws = Class.Revocable || slot.Reserved.Length == 0 ? null : DrawsOn(slot);
        var chosen = diskRequests.Length == 0 ? null : ChooseDisks(slot);
        foreach (var part in chosen ?? []) PlacementPool.TakeDisk(slot, part, 1);
        return new TaskEntry(id, Class, slot.Index, now, TakePorts(slot)) { Draws = draws, Disks = chosen };
    }

    /// <summary>What comes from reservations: all they have, before anything unreserved.</summary>
    private ReservedDraw[]? DrawsOn(AgentSlot slot)
    {
        List<ReservedDraw>? draws = null;
        var rest = Need.With(ScalarKinds.Ports, 0);
        foreach (var bucket in slot.Reserved)
        {
            if (!AcceptsRole(bucket.Role)) continue;
            var part = Amounts.Min(bucket.Free, rest).AtLeastZero();
            if (part.IsZero) continue;
            (draws ??= []).Add(new ReservedDraw(bucket.Role, part));
            rest -= part;
        }

        return draws?.ToArray();
    }

    private int[] TakePorts(AgentSlot slot)
    {
        var shape = Demand.Shape;
        var count = shape.StaticPorts.Length + shape.DynamicPorts;
        if (count == 0) return [];
        pool.RememberPorts(slot);
        var ports = new int[count];
        var next = 0;
        foreach (var port in shape.StaticPorts)
        {
            AcceptedPorts(slot, port)?.Take(port);
            ports[next++] = port;
        }

        foreach (var bucket in slot.Reserved)
        {
            if (Class.Revocable || !AcceptsRole(bucket.Role)) continue;
            while (next < count && bucket.Ports.Count > 0) ports[next++] = bucket.Ports.TakeNext();
        }

        while (next < count) ports[next++] = slot.Ports.TakeNext();
        PlacementPool.CountPorts(slot);
        return ports;
    }

    /// <summary>Whether the limits of the role and the cluster's headroom leave room for a task on this agent.</summary>
    private bool Allowed(AgentSlot slot)
    {
        foreach (var allowance in Allowances)
        {
            if (allowance.Left.Covers(Need)) continue;
            if (!allowance.Allowance.UnreservedOnly || slot.Reserved.Length == 0) return false;
            var unreserved = Need;
            foreach (var draw in DrawsOn(slot) ?? []) unreserved -= draw.Amounts;
            if (!allowance.Left.Covers(unreserved)) return false;
        }

        return true;
    }

    public void Charge(TaskEntry entry)
    {
        foreach (var allowance in Allowances)
            allowance.Left -= (allowance.Allowance.UnreservedOnly ? entry.Unreserved() : Need).With(ScalarKinds.Ports, Need[ScalarKinds.Ports]);
    }
}
