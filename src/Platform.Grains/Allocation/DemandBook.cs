using Platform.Contracts.Agents;
using Platform.Core.Placement;

namespace Platform.Grains.Allocation;

/// <summary>Waiting demands over a pool of agents; the most important and then the oldest is served first.</summary>
internal sealed class DemandBook
{
    // A large demand is placed in parts, so that the grain answers between them.
    private const int MostAtOnce = 2_000;

    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _held = new(StringComparer.Ordinal);
    private long _sequence;

    public PlacementPool Pool { get; } = new();

    public IEnumerable<Waiting> All => _waiting.Values.OrderBy(waiting => waiting.Sequence);

    public Waiting? Find(string demandId) => _waiting.GetValueOrDefault(demandId);

    public void SetAgent(AgentStatus agent)
    {
        Pool.SetAgent(AgentPlaces.ToPool(agent));
        var reported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in AgentPlaces.Tasks(agent))
        {
            reported.Add(task.Id);
            if (Pool.AddTask(task))
                Held(task.Owner).Add(task.Id);
        }
    }

    public void RemoveAgent(string agentId)
    {
        if (!Pool.HasAgent(agentId))
            return;
        var tasks = Pool.TasksOn(agentId).ToList();
        Pool.RemoveAgent(agentId);
        foreach (var task in tasks)
            Held(task.Owner).Remove(task.Id);
    }

    public void Submit(Demand demand, DateTimeOffset now) =>
        _waiting[demand.Id] = new(demand, _waiting.TryGetValue(demand.Id, out var known) ? known.Since : now, _sequence++);

    public bool Withdraw(string demandId) => _waiting.Remove(demandId);

    public void Release(string taskId)
    {
        if (Pool.Task(taskId) is not { } task)
            return;
        Pool.Release(taskId);
        Held(task.Owner).Remove(taskId);
    }

    public void Resync(string owner, IEnumerable<string> taskIds)
    {
        foreach (var demand in _waiting.Values.Where(waiting => waiting.Demand.Owner == owner).ToList())
            _waiting.Remove(demand.Demand.Id);
        var kept = taskIds.ToHashSet(StringComparer.Ordinal);
        foreach (var task in Held(owner).Where(task => !kept.Contains(task)).ToList())
            Release(task);
    }

    /// <summary>Places what can be placed; true if there may be more to place at once.</summary>
    public bool Decide(DateTimeOffset now, Action<Demand, PlacementPlan> decided)
    {
        var more = false;
        foreach (var waiting in _waiting.Values.OrderByDescending(waiting => waiting.Demand.Priority).ThenBy(waiting => waiting.Sequence).ToList())
        {
            if (waiting.TriedAt == Pool.Version)
                continue;
            var demand = waiting.Demand;
            var part = demand.Count > MostAtOnce && demand.GangSize == 0 && !demand.SystemApp ? demand with { Count = MostAtOnce } : demand;
            var plan = Planner.Place(Pool, part, now);
            foreach (var placement in plan.Placements)
                Held(demand.Owner).Add(placement.TaskId);
            var left = demand.Count - plan.Placements.Length;
            if (left <= 0 && !demand.SystemApp)
                _waiting.Remove(demand.Id);
            else
            {
                waiting.Explanation = plan.Pending;
                waiting.Demand = demand.SystemApp ? demand : demand with
                {
                    Count = left,
                    TaskIds = demand.TaskIds.Length > plan.Placements.Length ? demand.TaskIds[plan.Placements.Length..] : [],
                };
                if (plan.Unplaced > 0 || demand.SystemApp)
                    waiting.TriedAt = Pool.Version;
                else
                    more = true;
            }
            decided(demand, plan);
        }
        return more;
    }

    private HashSet<string> Held(string owner)
    {
        if (!_held.TryGetValue(owner, out var held))
            _held[owner] = held = new(StringComparer.Ordinal);
        return held;
    }

    internal sealed class Waiting(Demand demand, DateTimeOffset since, long sequence)
    {
        public Demand Demand { get; set; } = demand;

        public DateTimeOffset Since { get; } = since;

        public long Sequence { get; } = sequence;

        public long TriedAt { get; set; } = -1;

        public PendingExplanation? Explanation { get; set; }
    }
}
