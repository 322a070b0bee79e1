using System.Collections.Immutable;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;

namespace Platform.Core.Apps;

/// <summary>Makes the demands of one app equal to what was decided. Task ids are never asked for twice: a late placement of a withdrawn demand is recognised and released.</summary>
/// <param name="waiting">The app's demands that wait.</param>
/// <param name="appId">The app's path.</param>
/// <param name="owner">Its owner text.</param>
/// <param name="newId">The source of ids, each unique for ever.</param>
public sealed class AppDemands(WaitingDemands<AppTarget> waiting, string appId, string owner, Func<Guid> newId)
{
    /// <summary>What waits for a definition; null if nothing does.</summary>
    public LaunchWish? For(AppTarget? target)
    {
        if (target is null || waiting.All.Count == 0)
            return null;
        var version = "";
        var count = 0;
        List<string>? parked = null;
        foreach (var demand in waiting.All)
        {
            if (demand.For.ConfigVersion != target.ConfigVersion)
                continue;
            version = version.Length == 0 || demand.For.Version == target.Version ? demand.For.Version : version;
            if (demand.Standing)
                count = 1;
            else if (demand.Parked is not null)
                (parked ??= []).Add(demand.Parked);
            else
                count += demand.TaskIds.Count;
        }
        return version.Length == 0 ? null : new(version, count, parked?.ToValueList() ?? default);
    }

    /// <summary>Makes what waits for a definition equal to the wish.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="wish">What shall wait.</param>
    /// <param name="placeOf">A parked instance and the id of its next task.</param>
    /// <param name="now">The instant.</param>
    /// <param name="changes">Receives what is to be told to the allocator.</param>
    /// <param name="gangDeadline">Until when a gang may wait; null: for ever.</param>
    public void Reach(
        AppTarget target,
        LaunchWish wish,
        Func<string, (InstanceState Instance, string TaskId)?> placeOf,
        DateTimeOffset now,
        DemandChanges changes,
        DateTimeOffset? gangDeadline = null)
    {
        var parked = new HashSet<string>(wish.Parked, StringComparer.Ordinal);
        var count = 0;
        foreach (var demand in waiting.All.Where(demand => demand.For.ConfigVersion == target.ConfigVersion).ToList())
        {
            var keep = demand.For.Version == target.Version
                && (demand.Standing ? wish.Count > 0
                    : demand.Parked is null ? count + demand.TaskIds.Count <= wish.Count
                    : parked.Remove(demand.Parked));
            if (!keep)
                Withdraw(demand, changes);
            else if (demand.Standing)
                count = wish.Count;
            else if (demand.Parked is null)
                count += demand.TaskIds.Count;
        }
        if (count < wish.Count)
            changes.Submit(Add(target, wish.Count - count, now) with { GangDeadline = gangDeadline });
        foreach (var instanceId in parked)
        {
            if (placeOf(instanceId) is { } place)
                changes.Submit(AddParked(target, place.Instance, place.TaskId, now));
        }
    }

    /// <summary>Withdraws everything that is for other definitions than these.</summary>
    public void KeepOnly(AppTarget? target, AppTarget? previous, DemandChanges changes)
    {
        if (waiting.All.Count == 0)
            return;
        foreach (var demand in waiting.All.ToList())
        {
            if (demand.For.ConfigVersion != target?.ConfigVersion && demand.For.ConfigVersion != previous?.ConfigVersion)
                Withdraw(demand, changes);
        }
    }

    private void Withdraw(WaitingDemand<AppTarget> demand, DemandChanges changes)
    {
        waiting.Drop(demand.DemandId);
        changes.Withdraw(demand.DemandId);
    }

    private Demand Add(AppTarget target, int count, DateTimeOffset now)
    {
        var system = target.Spec.Extension?.System == true;
        var demandId = NewPlace(target);
        var demand = new WaitingDemand<AppTarget>(demandId, target, now) { Standing = system };
        var ids = ImmutableArray.CreateBuilder<string>(system ? 0 : count);
        for (var i = 0; i < count && !system; i++)
        {
            var taskId = i == 0 ? demandId : NewPlace(target);
            ids.Add(taskId);
            demand.TaskIds.Add(taskId);
        }
        waiting.Add(demand);
        var asked = DemandBuilder.Build(target, owner, demandId, ids.DrainToImmutable(), target.Spec.Instances);
        return target.IsResident ? asked with { InstanceIds = [.. asked.TaskIds.Select(InstanceIds.InstanceOf)] } : asked;
    }

    private string NewPlace(AppTarget target) =>
        InstanceIds.Place(InstanceIds.NewInstance(appId, newId()), 1, target.Spec.Pod is not null);

    private Demand AddParked(AppTarget target, InstanceState place, string taskId, DateTimeOffset now)
    {
        var demand = new WaitingDemand<AppTarget>(taskId, target, now) { Parked = place.InstanceId };
        demand.TaskIds.Add(taskId);
        waiting.Add(demand);
        return DemandBuilder.BuildPinned(target, owner, taskId, taskId, place.AgentId, target.Spec.Instances, place.PlacedVolumes);
    }
}
