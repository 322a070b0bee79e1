using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <content>Tasks: what they hold, and giving it back.</content>
public sealed partial class PlacementPool
{
    private Dictionary<string, TaskEntry> tasks = new(StringComparer.Ordinal);
    private readonly int[] priorities = new int[101];
    private readonly Dictionary<string, OwnerTally> owners = new(StringComparer.Ordinal);

    /// <summary>Whether a task of this id holds resources.</summary>
    public bool HasTask(string taskId) => tasks.ContainsKey(taskId);

    /// <summary>How many tasks an owner has, those included that are leaving.</summary>
    public int TasksOf(string owner) => owners.TryGetValue(owner, out var tally) ? tally.Total : 0;

    /// <summary>The agent that a task, a volume or whatever else was added is on; null when it is unknown.</summary>
    public string? AgentOf(string taskId) => tasks.TryGetValue(taskId, out var entry) ? slots[entry.Agent]!.Spec.Id : null;

    /// <summary>The task as the pool knows it; null when it is unknown.</summary>
    public PoolTask? Task(string taskId) => tasks.TryGetValue(taskId, out var entry) ? Describe(entry) : null;

    /// <summary>The tasks on an agent, in the order in which they came.</summary>
    public IEnumerable<PoolTask> TasksOn(string agentId) => SlotOf(agentId)?.Tasks.Select(Describe) ?? [];

    /// <summary>Every task.</summary>
    public IEnumerable<PoolTask> AllTasks() => tasks.Values.Select(Describe);

    /// <summary>
    /// Adds a task that is on an agent already: one that the agent reported, or an offer that holds resources. It is taken as
    /// true, even when it holds more than is free.
    /// </summary>
    /// <returns>False when the agent is unknown or the id is taken.</returns>
    public bool AddTask(PoolTask task)
    {
        var isNew = AddUnsorted(task);
        Flush();
        return isNew;
    }

    /// <summary>The same without bringing the indexes up to date, for many tasks at once; <see cref="Recheck"/> has to follow.</summary>
    internal bool AddUnsorted(PoolTask task)
    {
        if (SlotOf(task.AgentId) is not { } slot || tasks.ContainsKey(task.Id)) return false;
        var entry = EntryOf(slot, task);
        Enter(slot, entry, null);
        Hold(slot, entry, null);
        Touch(slot);
        return true;
    }

    private TaskEntry EntryOf(AgentSlot slot, PoolTask task) =>
        new(task.Id, ClassOf(task), slot.Index, task.Started.UtcTicks, task.Ports.IsDefaultOrEmpty ? [] : [.. task.Ports])
        {
            Draws = task.FromReserved.IsDefaultOrEmpty ? null : [.. task.FromReserved.Select(part => new ReservedDraw(part.Role, Kinds.Of(part.Scalars)))],
            Disks = task.Disks.IsDefaultOrEmpty ? null : [.. task.Disks],
        };

    /// <summary>Judges the tasks of an agent again after some were added to it.</summary>
    /// <returns>Tasks that must leave, as <see cref="SetAgent"/> tells them.</returns>
    internal ImmutableArray<Preemption> Recheck(string agentId)
    {
        var leaving = SlotOf(agentId) is { } slot ? Evict(slot) : [];
        Flush();
        return leaving;
    }

    /// <summary>Gives back what a task, or an offer, holds.</summary>
    /// <returns>Tasks that waited for this one to end and may be launched now; empty for most.</returns>
    public ImmutableArray<string> Release(string taskId) => GiveBack(taskId, pays: true);

    /// <summary>The same, but without paying nothing of it is passed on to tasks that wait until <see cref="Pay"/> is called.</summary>
    internal ImmutableArray<string> GiveBack(string taskId, bool pays)
    {
        if (!tasks.Remove(taskId, out var entry)) return [];
        var slot = slots[entry.Agent]!;
        slot.Tasks.Remove(entry);
        Untally(entry);
        ForgetLeaving(entry);
        var own = claims.GetValueOrDefault(entry.Id);
        if (own is not null) ForgetClaim(slot, own);
        Free(slot, entry, own);
        var ready = pays ? PayClaims(slot) : [];
        Touch(slot);
        Flush();
        return ready;
    }

    /// <summary>Passes on what is free on an agent to tasks that wait there.</summary>
    /// <returns>Those that may be launched now.</returns>
    internal ImmutableArray<string> Pay(string agentId)
    {
        if (SlotOf(agentId) is not { Claims.Count: > 0 } slot) return [];
        var ready = PayClaims(slot);
        Touch(slot);
        Flush();
        return ready;
    }

    /// <summary>
    /// Says how many tasks of an owner may be away at one time because they were preempted, and how many are. The planner
    /// counts on its own: a victim is away until the owner's next task is placed.
    /// </summary>
    /// <param name="owner">The owner.</param>
    /// <param name="budget">The most that may be away; null = no limit.</param>
    /// <param name="away">How many are away now; null leaves the count as it is.</param>
    public void SetDisruption(string owner, int? budget, int? away = null)
    {
        var tally = TallyOf(owner);
        tally.Budget = budget;
        tally.Away = away ?? tally.Away;
        if (tally.IsEmpty) owners.Remove(owner);
    }

    /// <summary>Sets an owner's budget as part of a plan.</summary>
    internal void PlanBudget(string owner, int budget)
    {
        var tally = TallyOf(owner);
        undo?.Add(new UndoStep(null, null, null, 0, BudgetOwner: owner, Budget: tally.Budget));
        tally.Budget = budget;
    }

    internal OwnerTally TallyOf(string owner)
    {
        ref var tally = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(owners, owner, out _);
        return tally ??= new OwnerTally();
    }

    /// <summary>Forgets an owner that has neither tasks nor a budget.</summary>
    internal void ForgetEmpty(string owner)
    {
        if (KnownTally(owner) is { IsEmpty: true }) owners.Remove(owner);
    }

    internal OwnerTally? KnownTally(string owner) => owners.GetValueOrDefault(owner);

    /// <summary>The owner's task that started first, by id among equals; null when it has none.</summary>
    internal TaskEntry? OldestOf(string owner)
    {
        TaskEntry? oldest = null;
        foreach (var agent in KnownTally(owner)?.ByAgent.Keys ?? Enumerable.Empty<int>())
        {
            foreach (var entry in slots[agent]!.Tasks)
            {
                if (entry.Class.Owner != owner) continue;
                if (oldest is null || entry.Started < oldest.Started
                    || (entry.Started == oldest.Started && string.CompareOrdinal(entry.Id, oldest.Id) < 0)) oldest = entry;
            }
        }

        return oldest;
    }

    /// <summary>The lowest priority of any task; more than 100 when there is none.</summary>
    internal int LowestPriority
    {
        get
        {
            var priority = 0;
            while (priority < priorities.Length && priorities[priority] == 0) priority++;
            return priority;
        }
    }

    /// <summary>Puts a planned task, whose ports and disks are taken already, on its agent.</summary>
    internal void Place(AgentSlot slot, TaskEntry entry, OwnerTally tally)
    {
        var away = tally.Away;
        if (away > 0) tally.Away--;
        undo?.Add(new UndoStep(entry, null, tally, away));
        Enter(slot, entry, tally);
        HoldScalars(slot, entry, default);
        Touch(slot);
    }

    private void Enter(AgentSlot slot, TaskEntry entry, OwnerTally? tally)
    {
        slot.Tasks.Add(entry);
        priorities[Math.Clamp(entry.Class.Priority, 0, 100)]++;
        tasks.Add(entry.Id, entry);
        (tally ?? TallyOf(entry.Class.Owner)).Add(slot.Index, 1);
    }

    private void Untally(TaskEntry entry)
    {
        priorities[Math.Clamp(entry.Class.Priority, 0, 100)]--;
        var tally = TallyOf(entry.Class.Owner);
        tally.Add(entry.Agent, -1);
        if (tally.IsEmpty) owners.Remove(entry.Class.Owner);
    }

    /// <summary>Takes all that a task holds, ports and disks included.</summary>
    private static void Hold(AgentSlot slot, TaskEntry entry, Claim? claim)
    {
        foreach (var port in entry.Ports)
            if (claim is null || !claim.DebtPorts.Contains(port)) slot.PortsWith(port)?.Take(port);
        foreach (var part in entry.Disks ?? []) TakeDisk(slot, part, 1);
        HoldScalars(slot, entry, claim?.Debt ?? default);
        CountPorts(slot);
    }

    private static void HoldScalars(AgentSlot slot, TaskEntry entry, in Amounts debt)
    {
        var own = entry.Unreserved();
        if (entry.Class.Revocable) slot.SlackFree = slot.SlackFree - own + debt;
        else slot.Free = slot.Free - own + debt;
        foreach (var draw in entry.Draws ?? [])
            if (BucketOf(slot, draw.Role) is { } bucket) bucket.Free -= draw.Amounts;
    }

    /// <summary>Gives back what a task holds, less what it was still owed.</summary>
    private static void Free(AgentSlot slot, TaskEntry entry, Claim? claim)
    {
        foreach (var port in entry.Ports)
            if (claim is null || !claim.DebtPorts.Contains(port)) slot.PortsWith(port)?.Give(port);
        foreach (var part in entry.Disks ?? []) TakeDisk(slot, part, -1);
        var own = claim is null ? entry.Unreserved() : entry.Unreserved() - claim.Debt;
        if (entry.Class.Revocable) slot.SlackFree += own;
        else slot.Free += own;
        foreach (var draw in entry.Draws ?? [])
            if (BucketOf(slot, draw.Role) is { } bucket) bucket.Free += draw.Amounts;
        CountPorts(slot);
    }

    internal static void CountPorts(AgentSlot slot)
    {
        slot.Free = slot.Free.With(ScalarKinds.Ports, slot.Ports.Count);
        slot.SlackFree = slot.SlackFree.With(ScalarKinds.Ports, slot.Ports.Count);
    }

    private static ReservedBucket? BucketOf(AgentSlot slot, string role)
    {
        foreach (var bucket in slot.Reserved)
            if (bucket.Role == role) return bucket;
        return null;
    }

    internal static void TakeDisk(AgentSlot slot, DiskPart part, int times)
    {
        for (var i = 0; i < slot.Disks.Length; i++)
        {
            var disk = slot.Disks[i];
            if (!disk.Is(part.Root, part.Role)) continue;
            // A mount disk goes as a whole, whatever size was told when it was taken.
            slot.Disks[i] = disk with { Free = disk.Free - (times * (disk.IsWhole ? disk.Size : ScalarKinds.Thousandths(part.Size))) };
        }
    }

    private TaskClass ClassOf(PoolTask task)
    {
        var ports = task.Ports.IsDefaultOrEmpty ? 0 : task.Ports.Length;
        var need = Kinds.Of(task.Scalars, ports);
        // Tasks of an owner mostly look alike: they share the object that describes them.
        var tally = TallyOf(task.Owner);
        if (tally.LastClass is { } last && Describes(last)) return last;
        foreach (var other in SlotOf(task.AgentId)!.Tasks)
            if (Describes(other.Class)) return tally.LastClass = other.Class;
        return tally.LastClass = new TaskClass
        {
            Owner = task.Owner,
            DemandId = task.DemandId,
            Role = task.Role,
            Priority = task.Priority,
            Need = need,
            Revocable = task.Revocable,
            Preemptible = task.Preemptible,
            KillGrace = task.KillGrace,
            Tolerations = task.Tolerations,
        };

        bool Describes(TaskClass known) =>
            known.Owner == task.Owner && known.DemandId == task.DemandId && known.Role == task.Role && known.Priority == task.Priority
                && known.Revocable == task.Revocable && known.Preemptible == task.Preemptible && known.KillGrace == task.KillGrace
                && (known.Need - need).IsZero && known.Tolerations.SequenceEqual(task.Tolerations);
    }

    private PoolTask Describe(TaskEntry entry) => new()
    {
        Id = entry.Id,
        AgentId = slots[entry.Agent]!.Spec.Id,
        Owner = entry.Class.Owner,
        DemandId = entry.Class.DemandId,
        Role = entry.Class.Role,
        Priority = entry.Class.Priority,
        Started = new DateTimeOffset(entry.Started, TimeSpan.Zero),
        Scalars = Kinds.ToScalars(entry.Class.Need),
        Ports = [.. entry.Ports],
        FromReserved = DrawnBy(entry),
        Revocable = entry.Class.Revocable,
        Preemptible = entry.Class.Preemptible,
        KillGrace = entry.Class.KillGrace,
        Disks = entry.Disks is null ? [] : [.. entry.Disks],
        Tolerations = entry.Class.Tolerations,
    };

    internal ImmutableArray<ReservedAmounts> DrawnBy(TaskEntry entry) =>
        entry.Draws is null ? [] : [.. entry.Draws.Select(draw => new ReservedAmounts { Role = draw.Role, Scalars = Kinds.ToScalars(draw.Amounts) })];
}
