using System.Collections.Immutable;
using System.Text.Json;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Core.Allocation;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Groups;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Apps;

/// <summary>Who would run where after a plan, by the planner that would place them: what starts, stops, moves, is preempted, and does not fit.</summary>
internal sealed class PlacementPreview
{
    /// <summary>At most so many instances of an app are tried.</summary>
    private const int Most = 10_000;

    private readonly List<InstanceStatus> _stops = [];
    private readonly List<PlannedChange> _changes = [];
    private readonly List<PlacementPlan> _plans = [];
    private bool _replaces;

    /// <summary>The previews by app, for apps that start or stop something.</summary>
    public static async Task<IReadOnlyDictionary<string, PlacementPreview>> AskAsync(MarathonApi api, ChangeSet change, ValueMap<AppVersion> standing)
    {
        var previews = new Dictionary<string, PlacementPreview>(StringComparer.Ordinal);
        var planned = new List<(PlacementPreview Preview, PlannedChange Change)>();
        foreach (var app in change.Apps.ToArray())
        {
            var before = standing.Find(app.AppId)?.Spec;
            var after = app.Kind switch { AppChangeKind.Put => app.Spec, AppChangeKind.Remove => null, _ => before };
            var status = before is null ? null : await api.Reader.App(app.AppId).ReadAsync();
            var preview = new PlacementPreview();
            preview.Compare(app, new(app.AppId, before, after, app.Kind == AppChangeKind.Restart), status);
            if (preview._changes.Count > 0)
                previews[app.AppId] = preview;
            planned.AddRange(preview._changes.Select(one => (preview, one)));
        }
        if (planned.Count == 0)
            return previews;
        var plans = await api.Grains.GetGrain<IAllocatorGrain>(0).PlanAsync(planned.Select(one => one.Change).ToValueList());
        foreach (var (owner, plan) in planned.Where(one => one.Change.Demand is not null).Zip(plans))
            owner.Preview._plans.Add(plan);
        return previews;
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("placement");
        writer.WriteNumber("placed", _plans.Sum(plan => plan.Placements.Length));
        writer.WriteNumber("unplaced", _plans.Sum(plan => plan.Unplaced));
        writer.WriteNumber("stopped", _stops.Count);
        writer.WriteNumber("preempted", _plans.Sum(plan => plan.Preemptions.Length));
        WriteHosts(writer, "agents", _plans.SelectMany(plan => plan.Placements).Select(placement => placement.Hostname));
        WriteHosts(writer, "stoppedOn", _stops.Select(instance => instance.Host));
        WriteMoves(writer);
        writer.WriteStartArray("victims");
        foreach (var victim in _plans.SelectMany(plan => plan.Preemptions))
        {
            writer.WriteStartObject();
            writer.WriteString("task", victim.TaskId);
            writer.WriteString("app", TaskOwners.AppOf(victim.Owner) ?? victim.Owner);
            writer.WriteString("agent", victim.AgentId);
            writer.WriteNumber("priority", victim.Priority);
            writer.WriteNumber("killGraceSeconds", victim.KillGrace.TotalSeconds);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (_plans.Find(plan => plan.Pending is not null)?.Pending is { } pending)
            ExplanationWriter.Write(writer, "explanation", pending);
        writer.WriteEndObject();
    }

    private void Compare(AppChange change, AppDifference difference, AppStatus? status)
    {
        var (before, after) = (difference.Before, difference.After);
        var running = (status?.Instances ?? default).Where(instance => !instance.Doomed).ToList();
        if (after is null)
        {
            Stop(running);
            return;
        }
        var wanted = Math.Min(Most, after.Instances);
        var target = new AppTarget(after, "", "");
        if (after.Extension?.System == true)
        {
            _replaces = difference.ChangesInstances;
            Plan(target, 1, _replaces ? running : [], minimum: 0);
            return;
        }
        if (before is null || !difference.ChangesInstances)
        {
            if (running.Count > wanted)
                Stop([.. Order(running, change, after).Take(running.Count - wanted)]);
            else if (before is null || wanted > running.Count)
                Plan(target, wanted - running.Count, [], minimum: 0);
            return;
        }
        _replaces = true;
        if (target.IsResident)
        {
            // Each comes back to its volumes.
            foreach (var instance in running.Take(wanted))
                Replace(instance, DemandBuilder.BuildPinned(target, TaskOwners.OfApp(after.Id), PlanId(after, _changes.Count), PlanId(after, _changes.Count), instance.AgentId, wanted));
            Plan(target, wanted - running.Count, [.. running.Skip(wanted)], minimum: 0);
            return;
        }
        Plan(target, wanted, running, (int)Math.Ceiling(after.UpgradeStrategy.MinimumHealthCapacity * wanted));
    }

    private void Plan(AppTarget target, int count, List<InstanceStatus> old, int minimum)
    {
        if (count <= 0)
        {
            Stop(old);
            return;
        }
        var id = PlanId(target.Spec, _changes.Count);
        // A name for each task would make a gang of the right size, and cost nothing but the names.
        ImmutableArray<string> ids = [.. Enumerable.Range(0, count).Select(index => $"{id}:{index}")];
        var demand = DemandBuilder.Build(target, TaskOwners.OfApp(target.Spec.Id), id, ids, target.Spec.Instances);
        // As many as may be missing make room at once, the others when new ones run.
        var first = Math.Max(0, old.Count - minimum);
        _stops.AddRange(old);
        _changes.Add(new()
        {
            Demand = demand,
            EndFirst = [.. old.Take(first).Select(instance => instance.TaskId)],
            EndThen = [.. old.Skip(first).Select(instance => instance.TaskId)],
        });
    }

    private void Replace(InstanceStatus instance, Demand demand)
    {
        _stops.Add(instance);
        _changes.Add(new() { Demand = demand, EndFirst = [instance.TaskId] });
    }

    private void Stop(List<InstanceStatus> instances)
    {
        if (instances.Count == 0)
            return;
        _stops.AddRange(instances);
        _changes.Add(new() { EndFirst = [.. instances.Select(instance => instance.TaskId)] });
    }

    private static string PlanId(AppSpec spec, int index) => $"plan:{spec.Id}:{index}";

    private static IEnumerable<InstanceStatus> Order(List<InstanceStatus> running, AppChange change, AppSpec spec)
    {
        var named = change.KillFirst.ToHashSet(StringComparer.Ordinal);
        var byAge = spec.KillSelection == KillSelection.OldestFirst
            ? running.OrderBy(instance => instance.StagedAt)
            : running.OrderByDescending(instance => instance.StagedAt);
        return byAge.OrderByDescending(instance => named.Contains(instance.TaskId));
    }

    private static void WriteHosts(Utf8JsonWriter writer, string name, IEnumerable<string> hosts)
    {
        writer.WriteStartObject(name);
        foreach (var host in hosts.CountBy(host => host).OrderBy(host => host.Key, StringComparer.Ordinal))
            writer.WriteNumber(host.Key, host.Value);
        writer.WriteEndObject();
    }

    // Instances have no names that outlive them: as many as are replaced on another host have moved.
    private void WriteMoves(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("moved");
        if (_replaces)
        {
            var from = _stops.Select(instance => instance.Host).ToList();
            var to = _plans.SelectMany(plan => plan.Placements).Select(placement => placement.Hostname).Where(host => !from.Remove(host)).ToList();
            foreach (var ((source, target), count) in from.Order(StringComparer.Ordinal).Zip(to.Order(StringComparer.Ordinal)).CountBy(move => move))
            {
                writer.WriteStartObject();
                writer.WriteString("from", source);
                writer.WriteString("to", target);
                writer.WriteNumber("count", count);
                writer.WriteEndObject();
            }
        }
        writer.WriteEndArray();
    }
}
