using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Marathon;

/// <summary>Reads apps: definitions from the tree, which has a change as soon as it is accepted, and what runs from the apps themselves.</summary>
internal sealed class ClusterReader(IGrainFactory grains)
{
    public IGroupGrain Groups => grains.GetGrain<IGroupGrain>(AppPath.Root);

    public IAppGrain App(string id) => grains.GetGrain<IAppGrain>(id);

    /// <summary>The definition, or null if there is no such app.</summary>
    public async Task<AppVersion?> FindDefinitionAsync(string id) => await FindAnyAsync(id) is { Spec.Pod: null } app ? app : null;

    /// <summary>The definition, or null if there is no such pod.</summary>
    public async Task<AppVersion?> FindPodDefinitionAsync(string id) => await FindAnyAsync(id) is { Spec.Pod: not null } pod ? pod : null;

    /// <summary>The definition of the app or pod, or null.</summary>
    public async Task<AppVersion?> FindAnyAsync(string id) => (await Groups.GetAppsAsync(id))?.Find(id);

    /// <summary>Whether who asks may see an app or a pod; lists leave out the others.</summary>
    public static bool Shows(string id) => AccessScope.Current.Allows(AccessAction.Read, ResourceId.Service(id));

    /// <summary>The definitions of the apps below a group that may be seen, in order of their paths.</summary>
    public async Task<IReadOnlyList<AppVersion>> ListDefinitionsAsync(string group) =>
        [.. (await Groups.GetAppsAsync(group) ?? default).Values.Where(definition => definition.Spec.Pod is null && Shows(definition.Spec.Id))];

    /// <summary>The app, or null.</summary>
    public async Task<AppView?> FindAsync(string id)
    {
        // An id that is not there wakes no grain.
        return await FindDefinitionAsync(id) is { } definition ? await WithStatusAsync(definition) : null;
    }

    /// <summary>The app or pod, or null.</summary>
    public async Task<AppView?> FindAppOrPodAsync(string id) => await FindAnyAsync(id) is { } definition ? await WithStatusAsync(definition) : null;

    /// <summary>The apps below a group, in order of their paths.</summary>
    public async Task<IReadOnlyList<AppView>> ListAsync(string group)
    {
        var locks = Groups.GetLocksAsync();
        return await WithStatusAsync(await ListDefinitionsAsync(group), await locks);
    }

    /// <summary>All apps and pods, in order of their paths.</summary>
    public async Task<IReadOnlyList<AppView>> ListAppsAndPodsAsync()
    {
        var locks = Groups.GetLocksAsync();
        var definitions = await Groups.GetAppsAsync(AppPath.Root) ?? default;
        return await WithStatusAsync([.. definitions.Values.Where(definition => Shows(definition.Spec.Id))], await locks);
    }

    private async Task<AppView> WithStatusAsync(AppVersion definition)
    {
        var locks = Groups.GetLocksAsync();
        return new(definition, await App(definition.Spec.Id).ReadAsync(), (await locks).Find(definition.Spec.Id));
    }

    public async Task<IReadOnlyList<AppView>> WithStatusAsync(IReadOnlyList<AppVersion> definitions, ValueMap<string> locks)
    {
        var statuses = await Task.WhenAll(definitions.Select(d => App(d.Spec.Id).ReadAsync()));
        var apps = new AppView[definitions.Count];
        for (var i = 0; i < apps.Length; i++)
            apps[i] = new(definitions[i], statuses[i], locks.Find(definitions[i].Spec.Id));
        return apps;
    }
}
