using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>
/// Every agent with what is free on it and every task that holds some of it, indexed for placement. Not for several threads
/// at once: its owner changes it, and others read a <see cref="Clone"/>.
/// </summary>
/// <param name="defaultStrategy">What <see cref="PlacementStrategy.Default"/> means. Default: bin-pack.</param>
public sealed partial class PlacementPool(PlacementStrategy defaultStrategy = PlacementStrategy.BinPack)
{
    private readonly Dictionary<string, int> agents = new(StringComparer.Ordinal);
    private readonly Stack<int> unused = new();
    private AgentSlot?[] slots = [];
    private int used;

    internal ScalarKinds Kinds { get; private init; } = new();

    /// <summary>How many agents there are, in whatever state.</summary>
    public int AgentCount => agents.Count;

    /// <summary>How many tasks (and offers, and whatever else was added) hold resources.</summary>
    public int TaskCount => tasks.Count;

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    internal PlacementStrategy DefaultStrategy { get; } = defaultStrategy == PlacementStrategy.Default ? PlacementStrategy.BinPack : defaultStrategy;

    /// <summary>One more than the highest number of an agent.</summary>
    internal int SlotCount => used;

    /// <summary>Whether there is an agent with this id.</summary>
    public bool HasAgent(string agentId) => agents.ContainsKey(agentId);

    /// <summary>The agent as it was given; null when it is unknown.</summary>
    public PoolAgent? Agent(string agentId) => agents.TryGetValue(agentId, out var index) ? slots[index]!.Spec : null;

    /// <summary>
    /// Adds an agent or replaces what is known about it. Its tasks stay; what is free follows from the new totals, and may be
    /// below zero when they have shrunk.
    /// </summary>
    /// <returns>Tasks that must leave: revocable ones beyond the slack, and those that do not tolerate a NoExecute taint.</returns>
    public ImmutableArray<Preemption> SetAgent(PoolAgent agent)
    {
        if (!agents.TryGetValue(agent.Id, out var index))
        {
            index = unused.Count > 0 ? unused.Pop() : used++;
            if (index >= slots.Length) Array.Resize(ref slots, Math.Max(16, slots.Length * 2));
            agents[agent.Id] = index;
            slots[index] = new AgentSlot(index, agent);
        }

        var slot = slots[index]!;
        foreach (var entry in slot.Tasks) TallyOf(entry.Class.Owner).Add(index, -1);
        slot.Spec = agent;
        Recount(slot);
        Classify(slot);
        foreach (var field in fields.Values) field.Set(index, agent);
        foreach (var eligibility in eligibilities.Values) eligibility.Set(index, agent);
        foreach (var entry in slot.Tasks) TallyOf(entry.Class.Owner).Add(index, 1);
        var leaving = Evict(slot);
        Touch(slot);
        Flush();
        return leaving;
    }

    /// <summary>Changes only whether new tasks may come to an agent.</summary>
    public void SetAvailability(string agentId, AgentAvailability availability)
    {
        if (Agent(agentId) is { } agent && agent.Availability != availability) SetAgent(agent with { Availability = availability });
    }

    /// <summary>Changes only the slack of an agent.</summary>
    /// <returns>Revocable tasks that must leave because it shrank: lowest priority first, then youngest.</returns>
    public ImmutableArray<Preemption> SetSlack(string agentId, ScalarAmounts slack) =>
        Agent(agentId) is { } agent ? SetAgent(agent with { Slack = slack }) : [];

    /// <summary>Removes an agent with its tasks.</summary>
    /// <returns>The tasks that went with it.</returns>
    public ImmutableArray<string> RemoveAgent(string agentId)
    {
        if (!agents.Remove(agentId, out var index)) return [];
        var slot = slots[index]!;
        var lost = ImmutableArray.CreateBuilder<string>(slot.Tasks.Count);
        foreach (var entry in slot.Tasks)
        {
            lost.Add(entry.Id);
            tasks.Remove(entry.Id);
            Untally(entry);
            ForgetLeaving(entry);
            claims.Remove(entry.Id);
        }

        slots[index] = null;
        unused.Push(index);
        foreach (var field in fields.Values) field.Set(index, null);
        foreach (var eligibility in eligibilities.Values) eligibility.Set(index, null);
        order.Remove(index);
        slackOrder.Remove(index);
        foreach (var divided in fieldOrders.Values) divided.Remove(index);
        reservedAgents.Remove(index);
        gpuAgents.Remove(index);
        softTaintAgents.Remove(index);
        Record(index);
        return lost.MoveToImmutable();
    }

    /// <summary>What is unreserved and free on an agent; below zero only after the agent itself has shrunk.</summary>
    public ScalarAmounts FreeOn(string agentId) =>
        agents.TryGetValue(agentId, out var index) ? Kinds.ToScalars(slots[index]!.Free) : ScalarAmounts.None;

    /// <summary>What is free of the slack of an agent.</summary>
    public ScalarAmounts FreeSlackOn(string agentId) =>
        agents.TryGetValue(agentId, out var index) ? Kinds.ToScalars(slots[index]!.SlackFree) : ScalarAmounts.None;

    /// <summary>The unreserved ports that are free on an agent.</summary>
    public ImmutableArray<PortRange> FreePortsOn(string agentId) =>
        agents.TryGetValue(agentId, out var index) ? slots[index]!.Ports.FreeRanges() : [];

    /// <summary>What is reserved and free on an agent, by role.</summary>
    public ImmutableArray<ReservedAmounts> FreeReservedOn(string agentId) =>
        agents.TryGetValue(agentId, out var index)
            ? [.. slots[index]!.Reserved.Select(bucket => new ReservedAmounts { Role = bucket.Role, Scalars = Kinds.ToScalars(bucket.Free), Ports = bucket.Ports.FreeRanges() })]
            : [];

    internal AgentSlot? Slot(int index) => slots[index];

    internal AgentSlot? SlotOf(string agentId) => agents.TryGetValue(agentId, out var index) ? slots[index] : null;

    /// <summary>Computes what is free from the totals and the tasks.</summary>
    private void Recount(AgentSlot slot)
    {
        var agent = slot.Spec;
        slot.Capacity = slot.Free = Kinds.Of(agent.Unreserved);
        slot.SlackCapacity = slot.SlackFree = Kinds.Of(agent.Slack);
        var next = slot.Ports.Next;
        slot.Ports = new PortBits(agent.Ports) { Next = next };
        slot.Capacity = slot.Capacity.With(ScalarKinds.Ports, slot.Ports.Count);
        slot.Reserved = [.. agent.Reserved.Select(reserved => new ReservedBucket(reserved.Role, Kinds.Of(reserved.Scalars), new PortBits(reserved.Ports)))];
        slot.Disks = [.. agent.Disks.Select(disk => new DiskSlot(disk, ScalarKinds.Thousandths(disk.Size), ScalarKinds.Thousandths(disk.Size)))];
        foreach (var entry in slot.Tasks) Hold(slot, entry, claims.GetValueOrDefault(entry.Id));
        CountPorts(slot);
        RecountComing(slot);
    }
}
