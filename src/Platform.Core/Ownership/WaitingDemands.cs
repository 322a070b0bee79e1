using Platform.Core.Placement;

namespace Platform.Core.Ownership;

/// <summary>The demands that wait at the allocator for one owner. A late placement of a demand that is not among them is not wanted and released.</summary>
/// <typeparam name="TFor">What their tasks are for.</typeparam>
public sealed class WaitingDemands<TFor>
{
    private readonly Dictionary<string, WaitingDemand<TFor>> _byId = new(StringComparer.Ordinal);
    private readonly List<WaitingDemand<TFor>> _all = [];

    /// <summary>Demands, oldest first.</summary>
    public IReadOnlyList<WaitingDemand<TFor>> All => _all;

    /// <summary>Tasks that wait for a place; those of standing demands are not known.</summary>
    public int Tasks { get; private set; }

    /// <summary>True if the demand waits.</summary>
    public bool Has(string demandId) => _byId.ContainsKey(demandId);

    /// <summary>Tasks that wait and that the allocator has no room for.</summary>
    public int TurnedAway => _all.Sum(demand => demand.TurnedAway);

    /// <summary>Takes note that so many tasks of a demand have no room; false if it does not wait.</summary>
    public bool HasNoRoom(string demandId, int left)
    {
        if (!_byId.TryGetValue(demandId, out var demand))
            return false;
        demand.WithoutRoom = left;
        return true;
    }

    /// <summary>Adds a demand with its tasks.</summary>
    public void Add(WaitingDemand<TFor> demand)
    {
        _all.Add(demand);
        _byId[demand.DemandId] = demand;
        Tasks += demand.TaskIds.Count;
    }

    /// <summary>Takes a demand off the list; false if it is not there.</summary>
    public bool Drop(string demandId)
    {
        if (!_byId.Remove(demandId, out var demand))
            return false;
        _all.Remove(demand);
        Tasks -= demand.TaskIds.Count;
        return true;
    }

    /// <summary>Takes a task that was placed off the list; null if it does not wait.</summary>
    public WaitingDemand<TFor>? Take(TaskPlacement placement)
    {
        if (!_byId.TryGetValue(placement.DemandId, out var demand))
            return null;
        if (demand.Standing)
            return demand;
        if (!demand.TaskIds.Remove(placement.TaskId))
            return null;
        Tasks--;
        if (demand.TaskIds.Count == 0)
            Drop(demand.DemandId);
        return demand;
    }

    /// <summary>Takes all demands off the list: the allocator knows none of them.</summary>
    public void Clear()
    {
        _all.Clear();
        _byId.Clear();
        Tasks = 0;
    }
}
