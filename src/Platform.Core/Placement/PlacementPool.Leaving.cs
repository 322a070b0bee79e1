using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <content>Tasks that must leave, and the placed tasks that wait for them.</content>
public sealed partial class PlacementPool
{
    private readonly HashSet<string> leaving = new(StringComparer.Ordinal);

    /// <summary>Claims by the task that waits.</summary>
    private readonly Dictionary<string, Claim> claims = new(StringComparer.Ordinal);

    private readonly Dictionary<string, Amounts> leavingByRole = new(StringComparer.Ordinal);

    /// <summary>Whether a task was told to leave and has not ended.</summary>
    public bool IsLeaving(string taskId) => leaving.Contains(taskId);

    /// <summary>Whether a placed task must wait until others have ended on its agent.</summary>
    public bool IsWaiting(string taskId) => claims.ContainsKey(taskId);

    /// <summary>The tasks that are leaving the agent of a placed task that waits; empty when it may run.</summary>
    public ImmutableArray<string> AwaitedBy(string taskId) =>
        claims.TryGetValue(taskId, out var claim) ? LeavingFor(claim) : [];

    /// <summary>What a waiting task is still owed.</summary>
    internal Amounts DebtOf(string taskId) => claims.TryGetValue(taskId, out var claim) ? claim.Debt : default;

    /// <summary>What tasks that are leaving still hold, by role.</summary>
    internal IReadOnlyDictionary<string, Amounts> LeavingByRole => leavingByRole;

    /// <summary>Those that are leaving and hold, or may hold, what is owed: ports are shared by tasks on slack and others.</summary>
    private ImmutableArray<string> LeavingFor(Claim claim) =>
        [.. slots[claim.Task.Agent]!.Tasks
            .Where(entry => leaving.Contains(entry.Id) && (entry.Class.Revocable == claim.Task.Class.Revocable || entry.Ports.Any(claim.DebtPorts.Contains)))
            .Select(entry => entry.Id)];

    /// <summary>Whether a port of an agent will be free when the tasks that are leaving have ended, and is owed to nobody.</summary>
    internal bool IsComing(AgentSlot slot, int port)
    {
        if (leaving.Count == 0) return false;
        foreach (var claim in slot.Claims)
            if (claim.DebtPorts.Contains(port)) return false;
        foreach (var entry in slot.Tasks)
            if (Array.IndexOf(entry.Ports, port) >= 0) return leaving.Contains(entry.Id);
        return false;
    }

    /// <summary>
    /// Puts a task on an agent where it has to wait until tasks that are leaving have ended. What is free is taken at once;
    /// the rest is owed.
    /// </summary>
    internal void PlaceAwaiting(AgentSlot slot, TaskEntry entry, OwnerTally tally, HashSet<int> debtPorts)
    {
        var need = entry.Unreserved();
        var room = (entry.Class.Revocable ? slot.SlackFree : slot.Free).AtLeastZero().With(ScalarKinds.Ports, 0);
        var debt = need - Amounts.Min(need, room);
        var claim = new Claim(entry, debt, debtPorts);
        claims.Add(entry.Id, claim);
        slot.Claims.Add(claim);
        Come(slot, entry.Class.Revocable, default(Amounts) - Owed(slot, claim));
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
        leaving.Add(victim.Id);
        leavingByRole[victim.Class.Role] = leavingByRole.GetValueOrDefault(victim.Class.Role) + victim.Class.Need;
        var slot = slots[victim.Agent]!;
        Come(slot, victim.Class.Revocable, GivenBy(slot, victim));
        Touch(slot);
    }

    private void ForgetLeaving(TaskEntry entry)
    {
        if (!leaving.Remove(entry.Id)) return;
        // A role is not there while what is leaving of it holds nothing: a task may need nothing at all.
        var rest = leavingByRole.GetValueOrDefault(entry.Class.Role) - entry.Class.Need;
        if (rest.IsZero) leavingByRole.Remove(entry.Class.Role);
        else leavingByRole[entry.Class.Role] = rest;
        if (slots[entry.Agent] is { } slot) Come(slot, entry.Class.Revocable, default(Amounts) - GivenBy(slot, entry));
    }

    private void ForgetClaim(AgentSlot slot, Claim claim)
    {
        claims.Remove(claim.Task.Id);
        slot.Claims.Remove(claim);
        Come(slot, claim.Task.Class.Revocable, Owed(slot, claim));
    }

    /// <summary>What a task gives when it ends: its scalars and ports that are not reserved.</summary>
    internal static Amounts GivenBy(AgentSlot slot, TaskEntry entry) => entry.Unreserved().With(ScalarKinds.Ports, Unreserved(slot, entry.Ports));

    private static Amounts Owed(AgentSlot slot, Claim claim) => claim.Debt.With(ScalarKinds.Ports, Unreserved(slot, claim.DebtPorts));

    private static int Unreserved(AgentSlot slot, IEnumerable<int> ports) => ports.Count(slot.Ports.Has);

    private static int Unreserved(AgentSlot slot, int[] ports)
    {
        var count = 0;
        foreach (var port in ports)
            if (slot.Ports.Has(port)) count++;
        return count;
    }

    // Scalars of tasks on slack and of others are apart; ports are the same for both.
    private static void Come(AgentSlot slot, bool revocable, in Amounts change)
    {
        var ports = slot.Coming[ScalarKinds.Ports] + change[ScalarKinds.Ports];
        if (revocable) slot.SlackComing += change;
        else slot.Coming += change;
        slot.Coming = slot.Coming.With(ScalarKinds.Ports, ports);
        slot.SlackComing = slot.SlackComing.With(ScalarKinds.Ports, ports);
    }

    /// <summary>Computes what is coming from the tasks and claims, for an agent that has changed.</summary>
    private void RecountComing(AgentSlot slot)
    {
        slot.Coming = slot.SlackComing = default;
        foreach (var entry in slot.Tasks)
            if (leaving.Contains(entry.Id)) Come(slot, entry.Class.Revocable, GivenBy(slot, entry));
        foreach (var claim in slot.Claims) Come(slot, claim.Task.Class.Revocable, default(Amounts) - Owed(slot, claim));
    }

    /// <summary>After a task has ended: what became free pays the claims of the agent in order.</summary>
    /// <returns>The tasks that need wait no longer.</returns>
    private ImmutableArray<string> PayClaims(AgentSlot slot)
    {
        if (slot.Claims.Count == 0) return [];
        var ready = ImmutableArray<string>.Empty;
        foreach (var claim in slot.Claims.ToArray())
        {
            var revocable = claim.Task.Class.Revocable;
            var free = (revocable ? slot.SlackFree : slot.Free).AtLeastZero().With(ScalarKinds.Ports, 0);
            var paid = Amounts.Min(free, claim.Debt);
            claim.Debt -= paid;
            if (revocable) slot.SlackFree -= paid;
            else slot.Free -= paid;
            var ports = Unreserved(slot, claim.DebtPorts);
            claim.DebtPorts.RemoveWhere(port => slot.PortsWith(port)?.Take(port) != false);
            Come(slot, revocable, paid.With(ScalarKinds.Ports, ports - Unreserved(slot, claim.DebtPorts)));
            if (!claim.IsPaid) continue;
            claims.Remove(claim.Task.Id);
            slot.Claims.Remove(claim);
            ready = ready.Add(claim.Task.Id);
        }

        CountPorts(slot);
        return ready;
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
                if (leaving.Contains(entry.Id) || !entry.Class.Preemptible || Eligibility.Tolerated(entry.Class.Tolerations, taint)) continue;
                Leave(entry);
                evicted.Add(Told(entry, PreemptionCause.Taint, null));
            }
        }

        var room = slot.SlackFree + slot.SlackComing;
        foreach (var entry in slot.Tasks.Where(entry => entry.Class.Revocable && !leaving.Contains(entry.Id))
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
