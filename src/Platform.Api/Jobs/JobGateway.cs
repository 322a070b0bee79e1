using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Security;

namespace Platform.Api.Jobs;

/// <summary>The grains of jobs, as all surfaces use them.</summary>
internal sealed class JobGateway(IGrainFactory grains)
{
    internal IJobGraphGrain Graph => grains.GetGrain<IJobGraphGrain>(0);

    internal IJobGrain Job(string id) => grains.GetGrain<IJobGrain>(id);

    /// <summary>What lists show of jobs, in order. Their timers know it: no job is asked but one that was never heard of, as after a crash.</summary>
    internal async Task<List<JobStatus>> StatusesAsync(IEnumerable<JobSpec> specs)
    {
        var all = specs.Where(spec => Shows(spec.Id)).ToList();
        var shards = all.Select(spec => spec.Id).GroupBy(JobTimers.ShardOf);
        var answers = await Task.WhenAll(shards.Select(shard => grains.GetGrain<IJobTimerGrain>(shard.Key).GetSummariesAsync(shard.ToValueList())));
        var summaries = answers.SelectMany(answer => answer).ToDictionary(StringComparer.Ordinal);
        var found = new List<JobStatus>(all.Count);
        foreach (var spec in all)
        {
            if (summaries.TryGetValue(spec.Id, out var summary))
                found.Add(Shown(new(spec, summary)));
            else if (await Job(spec.Id).GetStatusAsync() is { } status)
                found.Add(Shown(status));
        }
        return found;
    }

    /// <summary>Whether who asks may see a job; lists leave out the others.</summary>
    internal static bool Shows(string id) => AccessScope.Current.Allows(AccessAction.Read, ResourceId.Job(id));

    /// <summary>Jobs by name, as far as who asks may see them.</summary>
    internal static string Named(ValueList<string> ids)
    {
        var shown = ids.Where(Shows).ToList();
        return ids.Count == shown.Count ? string.Join(", ", shown) : string.Join(", ", shown.Append($"{ids.Count - shown.Count} that you may not see"));
    }

    /// <summary>So many definitions that who asks may see, after an id, in order; fewer: there are no more.</summary>
    internal async Task<List<JobSpec>> PageAsync(string after, int limit)
    {
        var shown = new List<JobSpec>();
        ValueList<JobSpec> page;
        do
        {
            page = await Graph.ListAsync(after, limit);
            shown.AddRange(page.Where(spec => Shows(spec.Id)).Take(limit - shown.Count));
            after = page.IsEmpty ? after : page[^1].Id;
        }
        while (shown.Count < limit && page.Count == limit);
        return shown;
    }

    internal async Task<List<JobStatus>> AllAsync() => await StatusesAsync(await Graph.ListAsync());

    /// <summary>A job if it is there, whatever its name looks like.</summary>
    internal async Task<JobStatus?> FindAsync(string id) => JobValidator.IsName(id) && await Graph.GetAsync(id) is not null && await Job(id).GetStatusAsync() is { } job ? Shown(job) : null;

    /// <summary>A run by its id; an id may also be part of a name that does not exist.</summary>
    internal async Task<RunStatus?> FindRunAsync(string id, string runId) => await FindAsync(id) is null ? null : await Job(id).GetRunAsync(runId);

    /// <summary>All that is wrong with a definition: what was found when it was read counts first, and what it hides is not told twice.</summary>
    /// <param name="spec">The definition, as far as it could be read.</param>
    /// <param name="read">What was found.</param>
    /// <param name="pathOf">Names of members as the surface's clients know them.</param>
    internal async Task<IReadOnlyList<SpecProblem>> ProblemsAsync(JobSpec spec, IReadOnlyList<SpecProblem> read, Func<string, string> pathOf)
    {
        var told = read.Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        var others = (await Graph.CheckAsync(spec)).Select(problem => problem with { Path = pathOf(problem.Path) });
        return [.. read, .. others.Where(problem => !told.Contains(problem.Path))];
    }

    /// <summary>Why a run does not go on yet; null: nothing keeps it.</summary>
    internal async Task<string?> WhyAsync(RunStatus run)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (run.Run.Ended || run.Run.Stopping is not null)
            return null;
        if (run.Run.Phase == RunPhase.Waiting)
            return run.Run.NotBefore > now ? $"waits until {JobWriter.Time(run.Run.NotBefore)}" : "waits for the end of an earlier run";
        if (run.Tasks.FirstOrDefault(task => task is { Ended: false, AgentId: null }) is not { } task)
            return null;
        if (task.NotBefore > now)
            return $"index {task.Index} is tried again at {JobWriter.Time(task.NotBefore)}";
        var demand = run.Run.Spec.Array is { Gang: true } ? RunIds.Gang(run.Run.Spec.Id, run.Run.RunId, run.Run.Gangs) : task.TaskId;
        return await grains.GetGrain<IAllocatorGrain>(0).ExplainAsync(demand) is { Rejections: { IsDefaultOrEmpty: false } reasons } ? string.Join(", ", reasons) : "waits for a place";
    }

    private static JobStatus Shown(JobStatus job) => job with { Children = job.Children.Where(Shows).ToValueList() };
}
