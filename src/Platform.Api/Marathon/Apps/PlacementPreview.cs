using System.Collections.Immutable;
using System.Text.Json;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Apps;

/// <summary>Where the new instances of a plan would go, beside what runs now, by the planner that would place them.</summary>
internal static class PlacementPreview
{
    /// <summary>At most so many instances of an app are tried; the rest counts as unplaced only if one of these is.</summary>
    private const int Most = 10_000;

    /// <summary>The plan of each app that would start instances, by its path.</summary>
    public static async Task<IReadOnlyDictionary<string, PlacementPlan>> AskAsync(IGrainFactory grains, ChangeSet change, ValueMap<AppVersion> standing)
    {
        var demands = change.Apps
            .Where(app => app.Spec is not null)
            .Select(app => (app.AppId, Demand: DemandFor(app.Spec!, standing.Find(app.AppId)?.Spec)))
            .Where(app => app.Demand is not null).ToList();
        if (demands.Count == 0)
            return new Dictionary<string, PlacementPlan>();
        var plans = await grains.GetGrain<IAllocatorGrain>(0).PlanAsync(demands.Select(app => app.Demand!).ToValueList());
        return demands.Zip(plans).ToDictionary(pair => pair.First.AppId, pair => pair.Second, StringComparer.Ordinal);
    }

    public static void Write(Utf8JsonWriter writer, PlacementPlan plan)
    {
        writer.WriteStartObject("placement");
        writer.WriteNumber("placed", plan.Placements.Length);
        writer.WriteNumber("unplaced", plan.Unplaced);
        writer.WriteNumber("preempted", plan.Preemptions.Length);
        writer.WriteStartObject("agents");
        foreach (var agent in plan.Placements.GroupBy(p => p.Hostname).OrderBy(a => a.Key, StringComparer.Ordinal))
            writer.WriteNumber(agent.Key, agent.Count());
        writer.WriteEndObject();
        if (plan.Pending is { } pending)
            ExplanationWriter.Write(writer, "explanation", pending);
        writer.WriteEndObject();
    }

    private static Demand? DemandFor(AppSpec after, AppSpec? before)
    {
        var replaced = before is not null && new AppDifference(after.Id, before, after).ChangesInstances;
        var count = Math.Min(Most, before is null || replaced ? after.Instances : after.Instances - before.Instances);
        if (count <= 0)
            return null;
        var ids = Enumerable.Range(0, count).Select(i => $"plan:{after.Id}:{i}").ToImmutableArray();
        return DemandBuilder.Build(new AppTarget(after, "", ""), TaskOwners.OfApp(after.Id), $"plan:{after.Id}", ids, after.Instances);
    }
}
