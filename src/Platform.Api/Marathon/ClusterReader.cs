using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon;

/// <summary>Reads apps: definitions from the tree, which has a change as soon as it is accepted, and what runs from the apps themselves.</summary>
internal sealed class ClusterReader(IGrainFactory grains)
{
    public IGroupGrain Groups => grains.GetGrain<IGroupGrain>(AppPath.Root);

    public IAppGrain App(string id) => grains.GetGrain<IAppGrain>(id);

    /// <summary>The definition, or null if there is no such app.</summary>
    public async Task<AppVersion?> FindDefinitionAsync(string id) => (await Groups.GetAppsAsync(id))?.Find(id);

    /// <summary>The app, or null.</summary>
    public async Task<AppView?> FindAsync(string id)
    {
        // An id that is not there wakes no grain.
        if (await FindDefinitionAsync(id) is not { } definition)
            return null;
        var locks = Groups.GetLocksAsync();
        return new(definition, await App(id).GetStatusAsync(), (await locks).Find(id));
    }

    /// <summary>The apps below a group that pass the filter, in order of their paths.</summary>
    public async Task<IReadOnlyList<AppView>> ListAsync(string group, Func<AppVersion, bool>? filter = null)
    {
        var locks = Groups.GetLocksAsync();
        var definitions = await Groups.GetAppsAsync(group) ?? default;
        return await WithStatusAsync(definitions.Values.Where(d => filter is null || filter(d)).ToList(), await locks);
    }

    public async Task<IReadOnlyList<AppView>> WithStatusAsync(IReadOnlyList<AppVersion> definitions, ValueMap<string> locks)
    {
        var statuses = await Task.WhenAll(definitions.Select(d => App(d.Spec.Id).GetStatusAsync()));
        var apps = new AppView[definitions.Count];
        for (var i = 0; i < apps.Length; i++)
            apps[i] = new(definitions[i], statuses[i], locks.Find(definitions[i].Spec.Id));
        return apps;
    }
}
