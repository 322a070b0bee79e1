using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <content>Demands wait, are served in the fair order, and are explained.</content>
public sealed partial class AllocatorModel
{
    private readonly Dictionary<string, DemandEntry> _demands = new(StringComparer.Ordinal);
    private readonly HashSet<RoleClient> _hungry = [];
    private readonly PriorityQueue<string, long> _gangDeadlines = new();
    private long _freeVersion;
    private long _wokenVersion = -1;
    private readonly Dictionary<(RoleClient Client, AgentEntry Agent), GrantHold> _grantsToSync = [];

    /// <summary>Asks for places, or replaces the demand with the same id. The demand waits until it is placed or withdrawn.</summary>
    /// <param name="demand">The demand; its count is how many tasks are to be placed from now on.</param>
    /// <param name="now">Since when it waits.</param>
    /// <exception cref="ArgumentException">The role is not valid.</exception>
    public void SubmitDemand(Demand demand, DateTimeOffset now)
    {
        if (Roles.RoleName.Validate(demand.Role) is { } problem)
            throw new ArgumentException(problem, nameof(demand));
        Forget(demand.Id);
        if (demand.Count <= 0 && !demand.SystemApp)
            return;
        var owner = _allocator.OwnerOf(demand.Role, demand.Owner);
        var entry = new DemandEntry(demand, owner, now, _allocator.NextSequence());
        _demands.Add(demand.Id, entry);
        var list = owner.Demands ??= [];
        var index = list.FindIndex(other => other.Demand.Priority < demand.Priority);
        list.Insert(index < 0 ? list.Count : index, entry);
        if (list.Count == 1)
            _allocator.SetWanted(owner, true);
        owner.IsServed = false;
        _hungry.Add(owner);
        if (demand is { GangSize: > 0, GangDeadline: { } deadline })
            _gangDeadlines.Enqueue(demand.Id, deadline.UtcTicks + 1);
    }

    /// <summary>Withdraws a demand. Places already found stay held until they are released, but for those of a gang that was not told of any yet.</summary>
    /// <returns>False when no such demand waits.</returns>
    public bool WithdrawDemand(string demandId) => Forget(demandId) | ReleaseGang(demandId);

    private bool Forget(string demandId)
    {
        if (!_demands.Remove(demandId, out var entry))
            return false;
        var owner = entry.Owner;
        owner.Demands!.Remove(entry);
        if (owner.Demands.Count == 0)
        {
            owner.Demands = null;
            _hungry.Remove(owner);
            _allocator.SetWanted(owner, false);
        }
        return true;
    }

    /// <summary>The demand with what of it still waits; null when it does not wait.</summary>
    public WaitingDemand? FindDemand(string demandId) =>
        _demands.TryGetValue(demandId, out var entry) ? new(entry.Rest, entry.Since, entry.Explanation) : null;

    /// <summary>Every demand that waits, longest first, each with its last explanation.</summary>
    public ImmutableArray<WaitingDemand> Waiting() =>
        [.. _demands.Values.OrderBy(entry => entry.Sequence).Select(entry => new WaitingDemand(entry.Rest, entry.Since, entry.Explanation))];

    /// <summary>
    /// Why a demand waits; null when it does not wait. An explanation takes a look at every agent: where many demands wait on many
    /// agents, one that is a little old (0.5 s for 5,000 agents and 10 demands, never more than a minute) is told again.
    /// </summary>
    public PendingExplanation? Explain(string demandId, DateTimeOffset now)
    {
        if (!_demands.TryGetValue(demandId, out var entry))
            return null;
        if (entry.Explanation is not { } known || (entry.ExplainedVersion != ExplanationVersion && now - known.At >= ExplanationAge))
            known = UpdateExplanation(entry, now);
        return known.Waiting == entry.Rest.Count ? known : known with { Waiting = entry.Rest.Count };
    }

    // What is taken changes the reasons as well as what becomes free: a demand explained just before a round must not keep that.
    private (long, long) ExplanationVersion => (_freeVersion, _pool.Version);

    /// <summary>At about half a microsecond for an agent, explanations of all demands take a twentieth of the time at most.</summary>
    private TimeSpan ExplanationAge
    {
        get
        {
            var age = TimeSpan.FromMicroseconds(Math.Min(60_000_000d, 10d * _allocator.Agents.Count * _demands.Count));
            return age < TimeSpan.FromMilliseconds(20) ? TimeSpan.Zero : age;
        }
    }

    bool IDemandTurn.Serve(RoleClient owner, AgentEntry? contended)
    {
        foreach (var entry in owner.Demands?.ToArray() ?? [])
        {
            if (entry.BlockedVersion == _freeVersion)
                continue;
            if (entry.Round != _round)
                (entry.Round, entry.PlacedInRound) = (_round, 0);
            if (entry.Demand.MostPerRound > 0 && entry.PlacedInRound >= entry.Demand.MostPerRound)
                continue;
            if (_placements.Count >= Options.MaxPlacementsPerRound)
                return false;
            if (PlaceSome(entry, contended))
                return true;
            // With others about, preemption waits for the end of the round: until then there may be room without it.
            if (contended is null || !entry.Demand.MayPreempt)
                entry.BlockedVersion = _freeVersion;
        }
        return false;
    }

    private void ServeAll()
    {
        foreach (var owner in _hungry)
            owner.IsServed = false;
        _allocator.RunDemands(this);
        foreach (var owner in _hungry.ToList())
        {
            foreach (var entry in owner.Demands ?? [])
            {
                if (entry.BlockedVersion != _freeVersion)
                    continue;
                if (entry.Explanation is null)
                    _explanations.Add(UpdateExplanation(entry, _now));
                if (entry.Demand.TellsNoRoom && !entry.IsToldOfNoRoom)
                    _withoutRoom.Add(new(entry.Demand.Id, entry.Demand.Owner, entry.Left));
                entry.IsToldOfNoRoom = true;
            }
            if (owner.Demands is null || owner.Demands.All(entry => entry.BlockedVersion == _freeVersion))
                _hungry.Remove(owner);
        }
    }

    /// <summary>After something became free, every owner with a demand that waits is hungry again.</summary>
    private void WakeBlocked()
    {
        if (_wokenVersion != _freeVersion)
        {
            _wokenVersion = _freeVersion;
            foreach (var entry in _demands.Values)
                _hungry.Add(entry.Owner);
        }
        foreach (var owner in _hungry)
            owner.IsServed = false;
    }

    private bool PlaceSome(DemandEntry entry, AgentEntry? contended)
    {
        SyncOffers();
        var demand = Portion(entry, contended);
        var plan = Planner.Place(_pool, demand, _now, OptionsFor(demand, isExplained: false, mayPreempt: contended is null));
        _preemptions.AddRange(plan.Preemptions);
        if (plan.Placements.IsEmpty)
            return false;
        BookPlacements(entry, plan);
        return true;
    }

    /// <summary>
    /// The part of a demand that its owner may place before the others have their turn: about one agent's worth while somebody
    /// competes, all of it otherwise. A gang is never divided.
    /// </summary>
    private Demand Portion(DemandEntry entry, AgentEntry? contended)
    {
        var demand = entry.Demand;
        if (demand.SystemApp)
            return demand;
        var most = demand.MostPerRound > 0 ? demand.MostPerRound - entry.PlacedInRound : int.MaxValue;
        var isGang = demand.GangSize > 0;
        most = Math.Min(most, Options.MaxPlacementsPerRound - _placements.Count);
        if (!isGang && (contended is not null || _hungry.Count > 1))
            most = Math.Min(most, AgentsWorth(demand, contended));
        var count = Math.Min(entry.Left, isGang ? int.MaxValue : most);
        var ids = ImmutableArray.CreateBuilder<string>(count);
        ids.AddRange(entry.Returned.Take(count));
        for (var index = entry.NextIndex; ids.Count < count; index++)
        {
            var id = index < demand.TaskIds.Length ? demand.TaskIds[index] : $"{demand.Id}#{index}";
            if (!_pool.HasTask(id))
                ids.Add(id);
            else if (index == entry.NextIndex)
                entry.NextIndex = index + 1;
        }
        return demand with
        {
            Count = count,
            TaskIds = ids.MoveToImmutable(),
            MostPerRound = 0,
            GangSize = isGang ? Math.Min(demand.GangSize, count) : 0,
            OwnerInstances = demand.OwnerInstances > 0 ? demand.OwnerInstances : entry.Left + _pool.TasksOf(demand.Owner),
        };
    }

    /// <summary>How many tasks of a demand fill an agent: the one that others compete for, or one of average size.</summary>
    private int AgentsWorth(Demand demand, AgentEntry? contended)
    {
        var agents = Math.Max(1, _allocator.Agents.Count);
        var size = contended?.FreeUnreserved ?? _allocator.Capacity;
        var divisor = contended is null ? agents : 1;
        var worth = long.MaxValue;
        foreach (var (name, milli) in ResourceCarving.ToQuantities(demand.Shape.Scalars).Entries())
            worth = Math.Min(worth, size.Get(name) / divisor / milli);
        return (int)Math.Clamp(worth, 1, 10_000);
    }

    private void BookPlacements(DemandEntry entry, PlacementPlan plan)
    {
        var demand = entry.Demand;
        entry.PlacedInRound += plan.Placements.Length;
        if (entry.Returned.Count > 0)
            entry.Returned.RemoveAll(id => plan.Placements.Any(placement => placement.TaskId == id));
        var placements = plan.Placements;
        if (!demand.Shape.Volumes.IsDefaultOrEmpty)
            placements = [.. placements.Select(placement => DetachVolumes(entry, placement, _allocator.Agents[placement.AgentId]))];
        var scalars = _pool.Task(placements[0].TaskId)!.Scalars;
        var plain = ResourceCarving.Plain(scalars, demand.Shape.Revocable);
        var sums = new Dictionary<AgentEntry, Resources>();
        var gang = HeldGangOf(demand, plan);
        foreach (var placement in placements)
        {
            var agent = _allocator.Agents[placement.AgentId];
            var resources = placement.FromReserved.IsDefaultOrEmpty && placement.Disks.IsDefaultOrEmpty
                ? plain
                : ResourceCarving.Carve(agent, scalars, placement.FromReserved, placement.Disks, demand.Shape.Revocable);
            var task = Remember(placement.TaskId, agent, entry.Owner, demand.Owner, resources, placement.Ports.IsDefaultOrEmpty ? [] : [.. placement.Ports]);
            if (!ReferenceEquals(resources, plain))
                _allocator.Track(agent, entry.Owner, task.Resources);
            else
                sums[agent] = sums.TryGetValue(agent, out var sum) ? sum.Plus(task.Resources) : task.Resources;
            gang?.Tasks.Add(placement.TaskId);
            if (gang is not null && !placement.Awaits.IsDefaultOrEmpty)
                gang.Blocked.Add(placement.TaskId);
            if (gang is not null || !placement.Awaits.IsDefaultOrEmpty)
            {
                _awaiting.Add(placement.TaskId, (placement, demand));
                continue;
            }
            TakeGpus(task);
            _placements.Add(task.Gpus.Length == 0 ? placement : placement with { Gpus = [.. task.Gpus] });
        }
        foreach (var (agent, sum) in sums)
            _allocator.Track(agent, entry.Owner, sum);
        if (gang is not null)
        {
            gang.Missing = Math.Max(0, gang.Missing - placements.Length);
            TellIfWhole(demand.Id, gang);
        }
        if (demand.SystemApp)
            return;
        entry.Left -= plan.Placements.Length;
        if (entry.Left > 0)
            return;
        _satisfied.Add(demand.Id);
        Forget(demand.Id);
    }

    private PendingExplanation UpdateExplanation(DemandEntry entry, DateTimeOffset now)
    {
        SyncOffers();
        entry.Explanation = Planner.Explain(_pool, entry.Rest, now, OptionsFor(entry.Demand, isExplained: true, mayPreempt: false));
        entry.ExplainedVersion = ExplanationVersion;
        return entry.Explanation;
    }

    private void ExpireGangs(DateTimeOffset now)
    {
        while (_gangDeadlines.TryPeek(out var id, out var ticks) && ticks <= now.UtcTicks)
        {
            _gangDeadlines.Dequeue();
            if (!_demands.TryGetValue(id, out var entry) || entry.Demand.GangDeadline is not { } deadline || deadline >= now)
                continue;
            WithdrawDemand(id);
            _expired.Add(new(id, entry.Demand.Owner));
        }
    }

    /// <summary>Tells placement which offers hold resources; only needed when it is about to look for room.</summary>
    private void SyncOffers()
    {
        foreach (var offer in _offersToSync)
        {
            HoldInPool(offer.PoolIds, offer.Offer.Id, offer.Client, offer.Agent, offer.Resources);
        }
        _offersToSync.Clear();
        foreach (var ((client, agent), hold) in _grantsToSync)
        {
            HoldInPool(hold.PoolIds, NewId("G"), client, agent, hold.Resources);
            hold.Resources = Resources.Empty;
        }
    }

    void IDemandTurn.Granted(RoleClient client, AgentEntry agent, Resources resources)
    {
        if (!_grantsToSync.TryGetValue((client, agent), out var hold))
            _grantsToSync.Add((client, agent), hold = new());
        hold.Resources = hold.Resources.Plus(resources);
    }

    private void HoldInPool(List<string> ids, string id, RoleClient client, AgentEntry agent, Resources resources)
    {
        if (resources.IsEmpty)
            return;
        foreach (var task in ResourceCarving.ToPoolTasks(id, agent, client.Name, client.Role.Path, resources, _now))
        {
            _pool.AddTask(task);
            ids.Add(task.Id);
        }
    }

    /// <summary>What the running cycle gave to a framework on an agent before it becomes an offer.</summary>
    private sealed class GrantHold
    {
        /// <summary>The part that placement does not know yet.</summary>
        internal Resources Resources { get; set; } = Resources.Empty;

        internal List<string> PoolIds { get; } = [];
    }
}
