using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Pods;

/// <summary>Reads pods with what runs of them.</summary>
internal sealed class PodViews(ClusterReader reader)
{
    /// <summary>The pod, or null. One that is being removed is there until the last instance has gone.</summary>
    public async Task<PodView?> FindAsync(string id)
    {
        var locks = await reader.Groups.GetLocksAsync();
        if (await reader.FindPodDefinitionAsync(id) is { } definition)
            return await ViewAsync(definition, locks.Find(id), isTerminating: false);
        return locks.Find(id) is { } deployment ? await FindRemovedAsync(id, deployment) : null;
    }

    /// <summary>The pods below a group in order of their paths.</summary>
    /// <param name="group">The group.</param>
    /// <param name="withRemoved">Also those that are being removed.</param>
    public async Task<IReadOnlyList<PodView>> ListAsync(string group, bool withRemoved)
    {
        var locks = reader.Groups.GetLocksAsync();
        var definitions = await reader.Groups.GetAppsAsync(group) ?? default;
        var held = await locks;
        var present = await Task.WhenAll(definitions.Values.Where(definition => definition.Spec.Pod is not null && ClusterReader.Shows(definition.Spec.Id))
            .Select(definition => ViewAsync(definition, held.Find(definition.Spec.Id), isTerminating: false)));
        if (!withRemoved)
            return present;
        var removed = await Task.WhenAll(held.Where(one => AppPath.IsWithin(one.Key, group) && !definitions.ContainsKey(one.Key) && ClusterReader.Shows(one.Key)).Select(one => FindRemovedAsync(one.Key, one.Value)));
        return [.. present.Concat(removed.OfType<PodView>()).OrderBy(view => view.Pod.Definition.Spec.Id, StringComparer.Ordinal)];
    }

    private async Task<PodView?> FindRemovedAsync(string id, string deploymentId) =>
        await reader.App(id).ReadAsync() is { Target: { Spec.Pod: not null } target } ? await ViewAsync(target, deploymentId, isTerminating: true) : null;

    private async Task<PodView> ViewAsync(AppVersion definition, string? deploymentId, bool isTerminating)
    {
        var pod = reader.App(definition.Spec.Id);
        var status = await pod.ReadAsync();
        var versions = new Dictionary<string, AppVersion>(StringComparer.Ordinal) { [definition.Version] = definition };
        if (status is not null)
            versions.TryAdd(status.Target.Version, status.Target);
        foreach (var version in (status?.Instances ?? default).Select(instance => instance.Version).Distinct().Where(version => !versions.ContainsKey(version)).ToList())
        {
            if (await pod.GetVersionAsync(version) is { } older)
                versions[version] = older;
        }
        return new(new(definition, status, deploymentId), versions, isTerminating);
    }
}
