using System.Collections.Immutable;
using System.Globalization;

namespace Platform.Core.Placement;

/// <summary>
/// Judges every agent for a demand and counts the causes. All causes of an agent are found, not only the first, so that it is
/// true of each agent: without its causes it could take a task.
/// </summary>
internal sealed class Explainer
{
    private readonly PlacementPool pool;
    private readonly CompiledDemand demand;
    private readonly Dictionary<(RejectionReason, string), Tally> counts = [];
    private readonly List<(RejectionReason Reason, string Subject, decimal Missing)> causes = [];
    private readonly bool whenEmpty;

    private Explainer(PlacementPool pool, CompiledDemand demand, bool whenEmpty)
    {
        this.pool = pool;
        this.demand = demand;
        this.whenEmpty = whenEmpty;
    }

    private record struct Tally(int Agents, int Alone, decimal Missing);

    public static PendingExplanation Explain(PlacementPool pool, CompiledDemand compiled, int waiting, DateTimeOffset now)
    {
        var demand = compiled.Demand;
        var today = new Explainer(pool, compiled, whenEmpty: false);
        var feasible = today.JudgeAll(out var room);
        var gang = demand.GangSize > 0 ? Math.Min(demand.GangSize, Math.Max(waiting, 1)) : 0;
        Explainer? empty = null;
        var impossible = false;
        // Without agents nothing is known about what agents will bring.
        if (pool.AgentCount > 0 && (feasible == 0 || room < gang))
        {
            empty = new Explainer(pool, compiled, whenEmpty: true);
            impossible = empty.JudgeAll(out var roomWhenEmpty) == 0 || roomWhenEmpty < gang;
        }

        var rejections = ImmutableArray.CreateBuilder<Rejection>();
        rejections.AddRange(OfLimits(pool, compiled));
        if (gang > 0 && demand.GangDeadline < now) rejections.Add(new Rejection { Reason = RejectionReason.GangDeadlinePassed });
        else if (gang > 0 && feasible > 0)
            rejections.Add(new Rejection { Reason = RejectionReason.GangIncomplete, Subject = $"{gang} together, room for {room}" });
        rejections.AddRange(today.Rejections());
        pool.ForgetEmpty(demand.Owner);
        return new PendingExplanation
        {
            DemandId = demand.Id,
            Waiting = waiting,
            Agents = pool.AgentCount,
            FeasibleAgents = feasible,
            Rejections = rejections.ToImmutable(),
            Impossible = impossible,
            WhenEmpty = impossible ? empty!.Rejections() : [],
            At = now,
        };
    }

    /// <summary>Why no agent could ever take a task, as far as agents are known; null when one could. It ends at the first that could.</summary>
    public static PendingExplanation? FindImpossible(PlacementPool pool, CompiledDemand compiled, DateTimeOffset now)
    {
        var limits = OfLimits(pool, compiled);
        var empty = new Explainer(pool, compiled, whenEmpty: true);
        // Without agents nothing is known about what agents will bring.
        var fits = pool.AgentCount == 0 || empty.OneFits();
        pool.ForgetEmpty(compiled.Demand.Owner);
        return fits && limits.Count == 0 ? null : new PendingExplanation
        {
            DemandId = compiled.Demand.Id,
            Waiting = compiled.Demand.Count,
            Agents = pool.AgentCount,
            Rejections = [.. limits],
            Impossible = true,
            WhenEmpty = fits ? [] : empty.Rejections(),
            At = now,
        };
    }

    /// <summary>The agents that cannot take a task now, each with its causes, in the order of the pool.</summary>
    public static ImmutableArray<AgentRejection> ByAgent(PlacementPool pool, CompiledDemand compiled, int most)
    {
        var explainer = new Explainer(pool, compiled, whenEmpty: false);
        var agents = ImmutableArray.CreateBuilder<AgentRejection>();
        for (var index = 0; index < pool.SlotCount && agents.Count < most; index++)
        {
            if (pool.Slot(index) is not { } slot) continue;
            explainer.causes.Clear();
            explainer.Judge(slot);
            if (explainer.causes.Count == 0) continue;
            agents.Add(new AgentRejection
            {
                Agent = slot.Spec,
                Free = pool.Kinds.ToScalars(compiled.Usable(slot).AtLeastZero()),
                Ports = slot.Ports.FreeRanges(),
                Causes = [.. explainer.causes.Select(cause => new Rejection { Reason = cause.Reason, Subject = cause.Subject, Missing = cause.Missing, Agents = 1 })],
            });
        }

        pool.ForgetEmpty(compiled.Demand.Owner);
        return agents.ToImmutable();
    }

    private static List<Rejection> OfLimits(PlacementPool pool, CompiledDemand compiled)
    {
        var rejections = new List<Rejection>();
        foreach (var allowance in compiled.Allowances)
        {
            for (var lane = 0; lane < pool.Kinds.Count; lane++)
            {
                var missing = compiled.Need[lane] - allowance.Left[lane];
                if (missing <= 0) continue;
                rejections.Add(new Rejection
                {
                    Reason = allowance.Allowance.Reason,
                    Subject = allowance.Allowance.Subject,
                    Resource = pool.Kinds.NameOf(lane),
                    Missing = ScalarKinds.InUnits(lane, missing),
                });
            }
        }

        return rejections;
    }

    private bool OneFits()
    {
        for (var index = 0; index < pool.SlotCount; index++)
        {
            if (pool.Slot(index) is not { } slot) continue;
            causes.Clear();
            Judge(slot);
            if (causes.Count == 0) return true;
            Count();
        }

        return false;
    }

    private int JudgeAll(out long room)
    {
        var feasible = 0;
        room = 0;
        for (var index = 0; index < pool.SlotCount; index++)
        {
            if (pool.Slot(index) is not { } slot) continue;
            causes.Clear();
            Judge(slot);
            if (causes.Count == 0)
            {
                feasible++;
                var usable = whenEmpty ? demand.UsableWhenEmpty(slot) : demand.Usable(slot);
                room += Math.Min(usable.Times(demand.Need, 1_000_000), whenEmpty ? int.MaxValue : demand.RulesLeft(index));
                continue;
            }

            Count();
        }

        return feasible;
    }

    /// <summary>Counts the causes of the agent that was judged last.</summary>
    private void Count()
    {
        foreach (var (reason, subject, missing) in causes)
        {
            ref var tally = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, (reason, subject), out var known);
            tally = new Tally(tally.Agents + 1, tally.Alone + (causes.Count == 1 ? 1 : 0), known ? Math.Min(tally.Missing, missing) : missing);
        }
    }

    private ImmutableArray<Rejection> Rejections() =>
        [.. counts
            .Select(pair => new Rejection
            {
                Reason = pair.Key.Item1,
                Subject = pair.Key.Item2,
                Agents = pair.Value.Agents,
                AgentsByThisAlone = pair.Value.Alone,
                Missing = pair.Value.Missing,
            })
            .OrderByDescending(rejection => rejection.Agents).ThenBy(rejection => rejection.Reason).ThenBy(rejection => rejection.Subject, StringComparer.Ordinal)];

    private void Judge(AgentSlot slot)
    {
        var agent = slot.Spec;
        var one = demand.Demand;
        if (one.PinnedAgent is { } pinned && pinned != agent.Id) Add(RejectionReason.PinnedElsewhere, pinned);
        foreach (var volume in one.ExistingVolumes)
        {
            if (pool.AgentOf(volume) is not { } holder) Add(RejectionReason.VolumeMissing, volume);
            else if (holder != agent.Id && holder != one.PinnedAgent) Add(RejectionReason.PinnedElsewhere, holder);
        }

        if (!demand.Eligible.InPool(agent)) Add(RejectionReason.NodePool, one.NodePool);
        if (!demand.Eligible.Contained(agent)) Add(RejectionReason.Containerizer, one.Containerizer);
        foreach (var taint in agent.Taints)
            if (taint.Effect != TaintEffect.PreferNoSchedule && !demand.Eligible.Tolerates(taint)) Add(RejectionReason.Taint, taint.ToString());
        foreach (var constraint in demand.Eligible.Constraints)
            if (!constraint.Holds(agent)) Add(RejectionReason.Constraint, constraint.Constraint.ToString());
        foreach (var rule in demand.Rules)
        {
            var value = rule.Field.ValueOf(slot.Index);
            if (whenEmpty ? value < 0 || rule.NeverAllows : rule.Left(value) == 0) Add(RejectionReason.Constraint, rule.Constraint.ToString());
        }

        if (!whenEmpty)
        {
            if (agent.Availability == AgentAvailability.Draining) Add(RejectionReason.Draining);
            if (agent.Availability == AgentAvailability.Deactivated) Add(RejectionReason.Deactivated);
            if (agent.Availability == AgentAvailability.Unreachable) Add(RejectionReason.Unreachable);
            if (demand.IsFiltered(slot)) Add(RejectionReason.Filtered);
            if (one.SystemApp && demand.Tally.ByAgent.ContainsKey(slot.Index)) Add(RejectionReason.AlreadyThere);
        }

        JudgeRoom(slot);
    }

    private void JudgeRoom(AgentSlot slot)
    {
        var usable = whenEmpty ? demand.UsableWhenEmpty(slot) : demand.Usable(slot);
        if (!usable.Covers(demand.Need))
        {
            for (var lane = 0; lane < pool.Kinds.Count; lane++)
            {
                var missing = demand.Need[lane] - usable[lane];
                if (missing <= 0) continue;
                if (lane == ScalarKinds.Ports) Add(RejectionReason.InsufficientPorts, "", missing);
                else if (ReservedElsewhere(slot, lane, missing) is { } role) Add(RejectionReason.ReservedForRole, $"{pool.Kinds.NameOf(lane)} reserved for role {role}", ScalarKinds.InUnits(lane, missing));
                else Add(RejectionReason.InsufficientResource, pool.Kinds.NameOf(lane), ScalarKinds.InUnits(lane, missing));
            }
        }

        foreach (var port in demand.Demand.Shape.StaticPorts)
            if (demand.AcceptedPorts(slot, port) is not { } ports || (!whenEmpty && !ports.IsFree(port))) Add(RejectionReason.PortUnavailable, port.ToString());
        if (!demand.HasDisks || demand.ChooseDisks(slot, whenEmpty) is not null) return;
        var wanted = demand.Demand.Shape.Volumes.Where(volume => volume.Kind != VolumeKind.Root).ToLookup(volume => volume.Kind, volume => volume.Size.ToString("0.###", CultureInfo.InvariantCulture));
        foreach (var kind in wanted)
            Add(kind.Key == VolumeKind.Mount ? RejectionReason.NoMountDisk : RejectionReason.NoPathDisk, string.Join('+', kind));
    }

    /// <summary>The role whose reservations would make up for what is missing; null when they would not.</summary>
    private string? ReservedElsewhere(AgentSlot slot, int lane, long missing)
    {
        string? role = null;
        long most = 0;
        long sum = 0;
        foreach (var bucket in slot.Reserved)
        {
            if (demand.AcceptsRole(bucket.Role)) continue;
            var there = whenEmpty ? bucket.Capacity[lane] : bucket.Free[lane];
            sum += there;
            if (there <= most) continue;
            role = bucket.Role;
            most = there;
        }

        return sum >= missing && !demand.Class.Revocable ? role : null;
    }

    private void Add(RejectionReason reason, string subject = "", decimal missing = 0) => causes.Add((reason, subject, missing));
}
