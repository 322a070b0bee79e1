using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Jobs;
using Platform.Core.Allocation;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Security;
using Platform.Core.Tasks;

namespace Platform.Api.Agents;

/// <summary>What an operator asks about agents, for surfaces in the same process.</summary>
public sealed class AgentOperations(IGrainFactory grains)
{
    private const string JobPrefix = "job:";

    /// <summary>What would become of the tasks of an agent if it drained now, by the planner that would place them. Changes nothing.</summary>
    /// <returns>For each owner of tasks on it, in order; none if there is no such agent.</returns>
    public async Task<IReadOnlyList<DrainMove>> PreviewDrainAsync(string agentId)
    {
        AccessScope.Current.Demand(AccessAction.Read, ResourceId.Operations("slave"));
        // A grain is made by calling it: only agents that are listed are called.
        if (!(await grains.ListAsync(DirectoryKinds.Agents, agentId)).Contains(agentId) || await grains.GetGrain<IAgentGrain>(agentId).GetStatusAsync() is not { } status)
            return [];
        var moves = new List<(DrainMove Move, List<PlannedChange> Changes)>();
        foreach (var owner in status.Tasks.Where(task => !task.Status.State.IsTerminal() && task.Status.Owner != TaskOwners.Operator).GroupBy(task => task.Status.Owner, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var taskIds = owner.Select(task => task.Status.TaskId).ToHashSet(StringComparer.Ordinal);
            if (TaskOwners.AppOf(owner.Key) is { } app)
                moves.Add(await OfAppAsync(agentId, app, owner.Key));
            else if (owner.Key.StartsWith(JobPrefix, StringComparison.Ordinal))
                moves.Add(await OfJobAsync(owner.Key[JobPrefix.Length..], owner.Key, taskIds));
            else
                moves.Add((new(DrainOwner.Framework, FrameworkOwner.IdOf(owner.Key) ?? owner.Key, taskIds.Count) { Why = "its framework is asked to move them" }, []));
        }
        var changes = moves.SelectMany(move => move.Changes).ToList();
        if (changes.Count == 0)
            return [.. moves.Select(move => move.Move)];
        changes[0] = changes[0] with { Drains = agentId };
        var plans = new Queue<PlacementPlan>((await grains.GetGrain<IAllocatorGrain>(0).PlanAsync(changes.ToValueList())).AsEnumerable());
        return [.. moves.Select(move => With(move.Move, [.. move.Changes.Select(_ => plans.Dequeue())]))];
    }

    private async Task<(DrainMove, List<PlannedChange>)> OfAppAsync(string agentId, string app, string owner)
    {
        var spec = (await grains.GetGrain<IGroupGrain>(AppPath.Root).GetAppsAsync(app))?.Find(app)?.Spec;
        var standing = await grains.GetGrain<IAppGrain>(app).ReadAsync();
        var leaving = (standing?.Instances ?? default).Where(instance => instance.AgentId == agentId && !instance.Doomed).Select(instance => instance.TaskId).ToList();
        var move = new DrainMove(DrainOwner.App, app, leaving.Count);
        if (spec is null || leaving.Count == 0)
            return (move with { Why = "they end anyway" }, []);
        var target = new AppTarget(spec, "", "");
        if (spec.Extension?.System == true)
            return (move with { Why = "it runs once on each agent: here it ends" }, []);
        if (target.IsResident)
            return (move with { Unplaced = leaving.Count, Why = "their volumes are here: they wait until the agent is back" }, []);
        var demand = DemandBuilder.Build(target, owner, $"plan:{app}", [.. leaving.Select((_, index) => $"plan:{app}:{index}")], spec.Instances);
        return (move, [target.IsSingleInstance ? new() { Demand = demand, EndFirst = [.. leaving] } : new() { Demand = demand, EndThen = [.. leaving] }]);
    }

    private async Task<(DrainMove, List<PlannedChange>)> OfJobAsync(string job, string owner, HashSet<string> taskIds)
    {
        var runs = (await grains.GetGrain<IJobGrain>(job).GetStatusAsync())?.LiveRuns ?? default;
        var changes = runs.AsEnumerable()
            .SelectMany(run => run.Tasks.AsEnumerable().Where(task => taskIds.Contains(task.TaskId)).Select(task => new PlannedChange
            {
                Demand = JobTasks.Demand(run.Run, task with { TaskId = $"plan:{task.TaskId}" }, owner),
                EndFirst = [task.TaskId],
            }))
            .ToList();
        var known = new DrainMove(DrainOwner.Job, job, taskIds.Count);
        return (changes.Count < taskIds.Count ? known with { Why = $"{taskIds.Count - changes.Count} of them are not listed by the job, which starts them anew" } : known, changes);
    }

    private static DrainMove With(DrainMove move, IReadOnlyList<PlacementPlan> plans) => plans.Count == 0 ? move : move with
    {
        To = plans.SelectMany(plan => plan.Placements).CountBy(placement => placement.AgentId).OrderBy(agent => agent.Key, StringComparer.Ordinal).ToValueMap(),
        Unplaced = plans.Sum(plan => plan.Unplaced),
        Preempted = plans.SelectMany(plan => plan.Preemptions).Select(victim => victim.TaskId).ToValueList(),
        Why = move.Why ?? plans.Select(plan => plan.Pending).OfType<PendingExplanation>().SelectMany(pending => pending.Rejections.Select(rejection => rejection.ToString())).FirstOrDefault(),
    };
}

/// <summary>What would become of the tasks that one owner has on an agent.</summary>
/// <param name="Kind">What the owner is.</param>
/// <param name="Owner">The path of the app, the id of the job or of the framework.</param>
/// <param name="Count">How many it has there.</param>
public sealed record DrainMove(DrainOwner Kind, string Owner, int Count)
{
    /// <summary>How many would start on which agent, by its id.</summary>
    public ValueMap<int> To { get; init; }

    /// <summary>How many would find no place; they wait for one, and an app's go on here until then.</summary>
    public int Unplaced { get; init; }

    /// <summary>Tasks of lower priority that would have to make room.</summary>
    public ValueList<string> Preempted { get; init; }

    /// <summary>Why some do not move; null: all do.</summary>
    public string? Why { get; init; }
}

/// <summary>Who has tasks.</summary>
public enum DrainOwner
{
    /// <summary>An app or pod.</summary>
    App,

    /// <summary>A job.</summary>
    Job,

    /// <summary>A framework.</summary>
    Framework,
}
