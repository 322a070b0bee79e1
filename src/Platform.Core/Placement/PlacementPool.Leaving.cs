using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <content>Tasks that must leave, and the placed tasks that wait for them.</content>
public sealed partial class PlacementPool
{
    /// <summary>Tasks that were told to leave, each with the claim that its resources will pay; null when nobody waits for them.</summary>
    private readonly Dictionary<string, Claim?> leaving = new(StringComparer.Ordinal);

    /// <summary>Claims by the task that waits.</summary>
    private readonly Dictionary<string, Claim> claims = new(StringComparer.Ordinal);

    private readonly Dictionary<string, Amounts> leavingByRole = new(StringComparer.Ordinal);

    /// <summary>Whether a task was told to leave and has not ended.</summary>
    public bool IsLeaving(string taskId) => leaving.ContainsKey(taskId);

    /// <summary>The tasks that a placed task still waits for; empty when it may run.</summary>
    public ImmutableArray<string> AwaitedBy(string taskId) => claims.TryGetValue(taskId, out var claim) ? [.. claim.Victims] : [];

    internal bool IsWaiting(string taskId) => claims.ContainsKey(taskId);

    /// <summary>What a waiting task is still owed.</summary>
    internal Amounts DebtOf(string taskId) => claims.TryGetValue(taskId, out var claim) ? claim.Debt : default;

    /// <summary>What tasks that are leaving still hold, by role.</summary>
    internal IReadOnlyDictionary<string, Amounts> LeavingByRole => leavingByRole;

    /// <summary>
    /// Puts a task on an agent where it has to wait for victims. What is free is taken at once; what the victims hold is owed
    /// and paid as they end.
    /// </summary>
    internal void PlaceAwaiting(AgentSlot slot, TaskEntry entry, OwnerTally tally, IReadOnlyList<TaskEntry> victims, HashSet<int> debtPorts)
    {
        foreach (var victim in victims) Leave(victim);
        var need = entry.Unreserved();
        // Free room first: what is owed is only what is missing, so a victim's surplus comes back as it ends.
        var room = (entry.Class.Revocable ? slot.SlackFree : slot.Free).AtLeastZero().With(ScalarKinds.Ports, 0);
        var debt = need - Amounts.Min(need, room);
        var claim = new Claim(entry, debt, debtPorts, [.. victims.Select(victim => victim.Id)]);
        claims.Add(entry.Id, claim);
        foreach (var victim in victims) leaving[victim.Id] = claim;
        var away = tally.Away;
        if (away > 0) tally.Away--;
        undo?.Add(new UndoStep(entry, null, tally, away));
        Enter(slot, entry, tally);
        HoldScalars(slot, entry, debt);
        CountPorts(slot);
        Touch(slot);
    }

    /// <summary>Marks a task as leaving.</summary>
    internal void Leave(TaskEntry victim)
    {
        var tally = TallyOf(victim.Class.Owner);
        undo?.Add(new UndoStep(null, victim, tally, tally.Away));
        tally.Away++;
        leaving.Add(victim.Id, null);
        leavingByRole[victim.Class.Role] = leavingByRole.GetValueOrDefault(victim.Class.Role) + victim.Class.Need;
    }

    private void ForgetLeaving(TaskEntry entry)
    {
        if (!leaving.Remove(entry.Id)) return;
        var rest = leavingByRole[entry.Class.Role] - entry.Class.Need;
        if (rest.IsZero) leavingByRole.Remove(entry.Class.Role);
        else leavingByRole[entry.Class.Role] = rest;
    }

    /// <summary>A victim has ended: its resources pay what is owed, and the rest becomes free.</summary>
    private ImmutableArray<string> Pay(AgentSlot slot, TaskEntry victim, Claim claim)
    {
        var paid = Amounts.Min(victim.Unreserved(), claim.Debt);
        claim.Debt -= paid;
        Free(slot, victim, paid, claim.DebtPorts);
        foreach (var port in victim.Ports) claim.DebtPorts.Remove(port);
        claim.Victims.Remove(victim.Id);
        if (claim.Victims.Count > 0) return [];
        claims.Remove(claim.Task.Id);
        return [claim.Task.Id];
    }

    /// <summary>The tasks that may not stay on an agent as it is now; they are marked as leaving.</summary>
    private ImmutableArray<Preemption> Evict(AgentSlot slot)
    {
        var evicted = ImmutableArray.CreateBuilder<Preemption>();
        foreach (var taint in slot.Spec.Taints)
        {
            if (taint.Effect != TaintEffect.NoExecute) continue;
            foreach (var entry in slot.Tasks)
            {
                if (leaving.ContainsKey(entry.Id) || !entry.Class.Preemptible || Eligibility.Tolerated(entry.Class.Tolerations, taint)) continue;
                Leave(entry);
                evicted.Add(Told(entry, PreemptionCause.Taint, null));
            }
        }

        var room = slot.SlackFree.With(ScalarKinds.Ports, 0);
        foreach (var entry in slot.Tasks)
            if (entry.Class.Revocable && leaving.ContainsKey(entry.Id)) room += entry.Class.Need;
        foreach (var entry in slot.Tasks.Where(entry => entry.Class.Revocable && !leaving.ContainsKey(entry.Id))
                     .OrderBy(entry => entry.Class.Priority).ThenByDescending(entry => entry.Started).ToArray())
        {
            if (room.With(ScalarKinds.Ports, 0).Covers(default)) break;
            Leave(entry);
            evicted.Add(Told(entry, PreemptionCause.SlackShrank, null));
            room += entry.Class.Need;
        }

        return evicted.ToImmutable();
    }

    internal Preemption Told(TaskEntry victim, PreemptionCause cause, string? forTask) => new()
    {
        TaskId = victim.Id,
        Owner = victim.Class.Owner,
        AgentId = slots[victim.Agent]!.Spec.Id,
        Role = victim.Class.Role,
        Priority = victim.Class.Priority,
        KillGrace = victim.Class.KillGrace,
        Cause = cause,
        ForTaskId = forTask,
    };
}
