using System.Collections.Immutable;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Grains.Apps;

/// <summary>The demands that wait at the allocator for one app. Task ids are never asked for twice: a late placement of a withdrawn demand is recognised and released.</summary>
internal sealed class AppDemands(string appId, string owner)
{
    private readonly Dictionary<string, PendingLaunch> _byDemand = new(StringComparer.Ordinal);
    private readonly List<PendingLaunch> _pending = [];

    /// <summary>Demands, oldest first.</summary>
    public IReadOnlyList<PendingLaunch> Pending => _pending;

    /// <summary>Tasks that wait for a place.</summary>
    public int Waiting { get; private set; }

    /// <summary>What waits for a definition; null if nothing does.</summary>
    public LaunchWish? For(AppTarget? target)
    {
        if (target is null || _pending.Count == 0)
            return null;
        var version = "";
        var count = 0;
        List<string>? parked = null;
        foreach (var pending in _pending)
        {
            if (pending.Target.ConfigVersion != target.ConfigVersion)
                continue;
            version = version.Length == 0 || pending.Target.Version == target.Version ? pending.Target.Version : version;
            if (pending.Standing)
                count = 1;
            else if (pending.Parked is not null)
                (parked ??= []).Add(pending.Parked);
            else
                count += pending.TaskIds.Count;
        }
        return version.Length == 0 ? null : new(version, count, parked?.ToValueList() ?? default);
    }

    /// <summary>Makes what waits for a definition equal to the wish.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="wish">What shall wait.</param>
    /// <param name="placeOf">A parked instance and the id of its next task.</param>
    /// <param name="now">The instant.</param>
    /// <param name="submit">Receives demands to submit.</param>
    /// <param name="withdraw">Receives ids of demands to withdraw.</param>
    /// <param name="gangDeadline">Until when a gang may wait; null: for ever.</param>
    public void Reach(
        AppTarget target,
        LaunchWish wish,
        Func<string, (InstanceState Instance, string TaskId)?> placeOf,
        DateTimeOffset now,
        List<Demand> submit,
        List<string> withdraw,
        DateTimeOffset? gangDeadline = null)
    {
        var parked = new HashSet<string>(wish.Parked, StringComparer.Ordinal);
        var count = 0;
        foreach (var pending in _pending.Where(pending => pending.Target.ConfigVersion == target.ConfigVersion).ToList())
        {
            var keep = pending.Target.Version == target.Version
                && (pending.Standing ? wish.Count > 0
                    : pending.Parked is null ? count + pending.TaskIds.Count <= wish.Count
                    : parked.Remove(pending.Parked));
            if (!keep)
            {
                Drop(pending);
                withdraw.Add(pending.DemandId);
            }
            else if (pending.Standing)
            {
                count = wish.Count;
            }
            else if (pending.Parked is null)
            {
                count += pending.TaskIds.Count;
            }
        }
        if (count < wish.Count)
            submit.Add(Add(target, wish.Count - count, now) with { GangDeadline = gangDeadline });
        foreach (var instanceId in parked)
        {
            if (placeOf(instanceId) is { } place)
                submit.Add(AddParked(target, place.Instance, place.TaskId, now));
        }
    }

    /// <summary>True if the demand waits.</summary>
    public bool Has(string demandId) => _byDemand.ContainsKey(demandId);

    /// <summary>Takes all demands off the list: the allocator knows none of them.</summary>
    public void Clear()
    {
        _pending.Clear();
        _byDemand.Clear();
        Waiting = 0;
    }

    /// <summary>Takes demands off the list that never reached the allocator.</summary>
    public void Forget(IEnumerable<Demand> demands)
    {
        foreach (var demand in demands)
        {
            if (_byDemand.TryGetValue(demand.Id, out var pending))
                Drop(pending);
        }
    }

    /// <summary>Takes demands off the list that the allocator has given up.</summary>
    /// <returns>True if one of them was waiting.</returns>
    public bool Expire(IEnumerable<string> demandIds)
    {
        var isKnown = false;
        foreach (var demandId in demandIds)
        {
            if (!_byDemand.TryGetValue(demandId, out var pending))
                continue;
            Drop(pending);
            isKnown = true;
        }
        return isKnown;
    }

    /// <summary>Withdraws everything that is for other definitions than these.</summary>
    public void KeepOnly(AppTarget? target, AppTarget? previous, List<string> withdraw)
    {
        foreach (var pending in _pending.ToList())
        {
            if (pending.Target.ConfigVersion == target?.ConfigVersion || pending.Target.ConfigVersion == previous?.ConfigVersion)
                continue;
            Drop(pending);
            withdraw.Add(pending.DemandId);
        }
    }

    /// <summary>Takes a task that was placed off the list; null if it does not wait.</summary>
    public PendingLaunch? Take(TaskPlacement placement)
    {
        if (!_byDemand.TryGetValue(placement.DemandId, out var pending))
            return null;
        if (pending.Standing)
            return pending;
        if (!pending.TaskIds.Remove(placement.TaskId))
            return null;
        Waiting--;
        if (pending.TaskIds.Count == 0)
            Drop(pending);
        return pending;
    }

    private Demand Add(AppTarget target, int count, DateTimeOffset now)
    {
        var system = target.Spec.Extension?.System == true;
        var demandId = NewPlace(target);
        var pending = new PendingLaunch(demandId, target, now) { Standing = system };
        var ids = ImmutableArray.CreateBuilder<string>(system ? 0 : count);
        for (var i = 0; i < count && !system; i++)
        {
            var taskId = i == 0 ? demandId : NewPlace(target);
            ids.Add(taskId);
            pending.TaskIds.Add(taskId);
        }
        Insert(pending);
        var demand = DemandBuilder.Build(target, owner, demandId, ids.DrainToImmutable(), target.Spec.Instances);
        return target.IsResident ? demand with { InstanceIds = [.. demand.TaskIds.Select(InstanceIds.InstanceOf)] } : demand;
    }

    private string NewPlace(AppTarget target) =>
        InstanceIds.Place(InstanceIds.NewInstance(appId, Guid.NewGuid()), 1, target.Spec.Pod is not null);

    private Demand AddParked(AppTarget target, InstanceState place, string taskId, DateTimeOffset now)
    {
        var pending = new PendingLaunch(taskId, target, now) { Parked = place.InstanceId };
        pending.TaskIds.Add(taskId);
        Insert(pending);
        return DemandBuilder.BuildPinned(target, owner, taskId, taskId, place.AgentId, target.Spec.Instances, place.PlacedVolumes);
    }

    private void Insert(PendingLaunch pending)
    {
        _pending.Add(pending);
        _byDemand[pending.DemandId] = pending;
        Waiting += pending.TaskIds.Count;
    }

    private void Drop(PendingLaunch pending)
    {
        _pending.Remove(pending);
        _byDemand.Remove(pending.DemandId);
        Waiting -= pending.TaskIds.Count;
    }
}
