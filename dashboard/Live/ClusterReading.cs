using System.Collections.Immutable;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Jobs;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Dashboard.Live;

/// <summary>Reads parts of the cluster from their grains into snapshots. One reader at a time.</summary>
/// <param name="grains">Where they are.</param>
/// <param name="nextStamp">A greater number at each call, for as long as the process lives: pages compare them across readings.</param>
internal sealed class ClusterReading(IGrainFactory grains, Func<long> nextStamp)
{
    /// <summary>So many grains are asked at once.</summary>
    private const int AtOnce = 256;

    /// <summary>So many frameworks are shown at most.</summary>
    private const int MostFrameworks = 100;

    private ValueMap<string> _locks;

    private IJobGraphGrain Graph => grains.GetGrain<IJobGraphGrain>(0);

    private IGroupGrain Groups => grains.GetGrain<IGroupGrain>(AppPath.Root);

    /// <summary>Everything, anew: nothing of an earlier snapshot is believed.</summary>
    public async Task<ClusterSnapshot> AllAsync()
    {
        var snapshot = await DeploymentsAsync(ClusterSnapshot.Unread);
        snapshot = await GroupAsync(snapshot, AppPath.Root);
        snapshot = await AgentListAsync(snapshot);
        snapshot = await JobListAsync(snapshot);
        snapshot = await FrameworksAsync(snapshot);
        return (await AllocatorAsync(snapshot)) with { IsRead = true };
    }

    /// <summary>The running deployments, and which apps they hold.</summary>
    public async Task<ClusterSnapshot> DeploymentsAsync(ClusterSnapshot snapshot)
    {
        var locks = Groups.GetLocksAsync();
        var ids = await Groups.GetDeploymentsAsync();
        var statuses = await Task.WhenAll(ids.Select(id => grains.GetGrain<IDeploymentGrain>(id).GetStatusAsync()));
        var before = _locks;
        _locks = await locks;
        var apps = snapshot.Apps.ToBuilder();
        foreach (var id in before.Keys.Concat(_locks.Keys).Distinct(StringComparer.Ordinal))
        {
            if (apps.TryGetValue(id, out var app) && app.DeploymentId != _locks.Find(id))
                apps[id] = app.With(_locks.Find(id), nextStamp());
        }
        return snapshot with { Deployments = [.. statuses.OfType<DeploymentStatus>()], Apps = apps.ToImmutable() };
    }

    /// <summary>The apps below a group that are new, changed or gone.</summary>
    public async Task<ClusterSnapshot> GroupAsync(ClusterSnapshot snapshot, string group)
    {
        var definitions = await Groups.GetAppsAsync(group) ?? default;
        var apps = snapshot.Apps.ToBuilder();
        foreach (var gone in snapshot.Apps.Keys.Where(id => AppPath.IsWithin(id, group) && definitions.Find(id) is null).ToArray())
            apps.Remove(gone);
        var changed = definitions.Values.Where(definition => snapshot.Apps.GetValueOrDefault(definition.Spec.Id)?.Version != definition.Version).ToArray();
        foreach (var app in await WithStatusAsync(changed))
            apps[app.Id] = app;
        var groups = (await Groups.GetAsync())?.Groups ?? default;
        return snapshot with
        {
            Apps = apps.ToImmutable(),
            Groups = [.. groups.Keys],
            GroupDependencies = snapshot.GroupDependencies.Clear()
                .AddRange(groups.Where(group => !group.Value.Dependencies.IsEmpty).Select(group => KeyValuePair.Create(group.Key, group.Value.Dependencies))),
        };
    }

    /// <summary>These apps, each by itself.</summary>
    public async Task<ClusterSnapshot> AppsAsync(ClusterSnapshot snapshot, IReadOnlyCollection<string> ids)
    {
        var found = await Task.WhenAll(ids.Select(async id => (Id: id, Definition: (await Groups.GetAppsAsync(id))?.Find(id))));
        var apps = snapshot.Apps.ToBuilder();
        foreach (var (id, _) in found.Where(app => app.Definition is null))
            apps.Remove(id);
        foreach (var app in await WithStatusAsync([.. found.Select(app => app.Definition).OfType<AppVersion>()]))
            apps[app.Id] = app;
        return snapshot with { Apps = apps.ToImmutable() };
    }

    /// <summary>Which agents there are, and those that were not known.</summary>
    public async Task<ClusterSnapshot> AgentListAsync(ClusterSnapshot snapshot)
    {
        var ids = (await grains.GetGrain<IDirectoryGrain>(DirectoryKinds.Agents).ListAsync()).AsEnumerable().ToHashSet(StringComparer.Ordinal);
        var known = snapshot with { Agents = snapshot.Agents.RemoveRange(snapshot.Agents.Keys.Where(id => !ids.Contains(id))) };
        return await AgentsAsync(known, [.. ids.Where(id => !known.Agents.ContainsKey(id))]);
    }

    /// <summary>These agents, each by itself.</summary>
    public async Task<ClusterSnapshot> AgentsAsync(ClusterSnapshot snapshot, IReadOnlyCollection<string> ids)
    {
        var agents = snapshot.Agents.ToBuilder();
        foreach (var chunk in ids.Chunk(AtOnce))
        {
            foreach (var (id, status) in await Task.WhenAll(chunk.Select(async id => (id, await grains.GetGrain<IAgentGrain>(id).GetStatusAsync()))))
            {
                if (status is null)
                    agents.Remove(id);
                else
                    agents[id] = AgentSummary.Of(id, status, nextStamp());
            }
        }
        return snapshot with { Agents = agents.ToImmutable() };
    }

    /// <summary>All jobs. What is not known of them by the timers is asked of them, as after a crash.</summary>
    public async Task<ClusterSnapshot> JobListAsync(ClusterSnapshot snapshot)
    {
        var specs = (await Graph.ListAsync()).AsEnumerable().ToList();
        var shards = specs.Select(spec => spec.Id).GroupBy(JobTimers.ShardOf).ToList();
        var answers = await Task.WhenAll(shards.Select(shard => grains.GetGrain<IJobTimerGrain>(shard.Key).GetSummariesAsync(shard.ToValueList())));
        var summaries = answers.SelectMany(answer => answer).ToDictionary(StringComparer.Ordinal);
        var jobs = snapshot.Jobs.Clear().ToBuilder();
        foreach (var spec in specs)
        {
            if (summaries.TryGetValue(spec.Id, out var summary))
                jobs[spec.Id] = JobOverview.Of(spec, summary, nextStamp());
        }
        return await JobsAsync(snapshot with { Jobs = jobs.ToImmutable() }, [.. specs.Select(spec => spec.Id).Where(id => !summaries.ContainsKey(id))]);
    }

    /// <summary>These jobs, each by itself.</summary>
    public async Task<ClusterSnapshot> JobsAsync(ClusterSnapshot snapshot, IReadOnlyCollection<string> ids)
    {
        var jobs = snapshot.Jobs.ToBuilder();
        foreach (var chunk in ids.Chunk(AtOnce))
        {
            // A grain is made by calling it: only jobs that are defined are called.
            foreach (var (id, status) in await Task.WhenAll(chunk.Select(async id => (id, await Graph.GetAsync(id) is null ? null : await grains.GetGrain<IJobGrain>(id).GetStatusAsync()))))
            {
                if (status is null)
                    jobs.Remove(id);
                else
                    jobs[id] = JobOverview.Of(status.Spec, status, nextStamp());
            }
        }
        return snapshot with { Jobs = jobs.ToImmutable() };
    }

    /// <summary>External schedulers. There are few of them, and no events tell of what they do.</summary>
    public async Task<ClusterSnapshot> FrameworksAsync(ClusterSnapshot snapshot)
    {
        var ids = (await grains.GetGrain<IDirectoryGrain>(DirectoryKinds.Frameworks).ListAsync()).AsEnumerable().Take(MostFrameworks);
        var statuses = await Task.WhenAll(ids.Select(id => grains.GetGrain<IFrameworkGrain>(id).GetStatusAsync()));
        return snapshot with { Frameworks = snapshot.Frameworks.Clear().AddRange(statuses.OfType<FrameworkStatus>().Select(status => KeyValuePair.Create(status.Id, status))) };
    }

    /// <summary>Totals and roles.</summary>
    public async Task<ClusterSnapshot> AllocatorAsync(ClusterSnapshot snapshot) =>
        snapshot with { Allocator = await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync() };

    private async Task<List<AppSummary>> WithStatusAsync(AppVersion[] definitions)
    {
        var apps = new List<AppSummary>(definitions.Length);
        foreach (var chunk in definitions.Chunk(AtOnce))
        {
            var statuses = await Task.WhenAll(chunk.Select(definition => grains.GetGrain<IAppGrain>(definition.Spec.Id).ReadAsync()));
            for (var i = 0; i < chunk.Length; i++)
                apps.Add(AppSummary.Of(chunk[i], statuses[i], _locks.Find(chunk[i].Spec.Id), nextStamp()));
        }
        return apps;
    }
}
