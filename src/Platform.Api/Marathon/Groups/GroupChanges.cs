using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Groups;

/// <summary>Makes the change that leads from what stands to what a client wrote of a group.</summary>
internal sealed class GroupChanges(ClusterReader reader, GroupTree? tree, ValueMap<AppVersion> standing)
{
    private readonly Dictionary<string, AppChange> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupChange> _groups = new(StringComparer.Ordinal);

    /// <exception cref="ApiException">There is no such version.</exception>
    public async Task<ChangeSet> MakeAsync(GroupDocument group, bool mustBeNew, bool force)
    {
        if (group.Version is { } version)
            await RollBackAsync(group.Path, version);
        else if (group.ScaleBy is { } factor)
            Scale(group.Path, factor);
        else
            Merge(group, mustBeNew);
        return Result(force);
    }

    /// <summary>Removes a group with all that is in it; the root is emptied.</summary>
    public ChangeSet Remove(string path, bool force)
    {
        RemoveAll(path);
        return Result(force);
    }

    private ChangeSet Result(bool force) => new() { Apps = _apps.Values.ToValueList(), Groups = _groups.Values.ToValueList(), Force = force };

    private void Merge(GroupDocument group, bool mustBeNew)
    {
        var path = group.Path;
        // The root is always there, and is changed only if something is said of it.
        if (path != AppPath.Root || group.Dependencies is not null)
        {
            var change = new GroupChange { Path = path, Dependencies = group.Dependencies, EnforceRole = group.EnforceRole, MustBeNew = mustBeNew };
            if (mustBeNew || tree?.Groups.Find(path) is not { } stands || change.Dependencies is { } d && d != stands.Dependencies || change.EnforceRole is { } e && e != stands.EnforceRole)
                _groups[path] = change;
        }
        if (group.Groups is { } groups)
        {
            var kept = groups.Select(g => g.Path).ToHashSet(StringComparer.Ordinal);
            foreach (var old in tree?.Groups.Keys.Where(g => g != AppPath.Root && AppPath.Parent(g) == path && !kept.Contains(g)).ToList() ?? [])
                RemoveAll(old);
            foreach (var inner in groups)
                Merge(inner, mustBeNew: false);
        }
        if (group.Apps is { } apps)
            Merge(path, apps, isPod: false);
        if (group.Pods is { } pods)
            Merge(path, pods, isPod: true);
    }

    private void Merge(string path, IReadOnlyList<AppSpec> apps, bool isPod)
    {
        var kept = apps.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var old in standing.Values.Where(a => AppPath.Parent(a.Spec.Id) == path && a.Spec.Pod is not null == isPod && !kept.Contains(a.Spec.Id)))
            Remove(old.Spec);
        foreach (var app in apps)
            Put(app);
    }

    private void Scale(string path, double factor)
    {
        // As in Marathon, a group that is not there is made, without apps.
        if (path != AppPath.Root && tree?.Groups.ContainsKey(path) != true)
            _groups[path] = new() { Path = path };
        // As in Marathon, which leaves pods as they are.
        foreach (var (id, app) in standing.Where(app => AppPath.IsWithin(app.Key, path) && app.Value.Spec.Pod is null))
        {
            var instances = Math.Ceiling(app.Spec.Instances * factor);
            if (instances > Bounds.Instances)
                throw new ApiException(ErrorAnswer.Invalid("/scaleBy", $"{app.Spec.Instances} instances of {id} times {factor} are more than {Bounds.Instances}"));
            Put(app.Spec with { Instances = (int)instances });
        }
    }

    private async Task RollBackAsync(string path, string version)
    {
        var apps = await reader.Groups.GetAppsAsync(path, version);
        var groups = (await reader.Groups.GetAsync(version))?.Groups;
        if (apps is null || groups is null || path != AppPath.Root && !groups.Value.ContainsKey(path))
            throw new ApiException(ErrorAnswer.Unprocessable($"Group {path} not available in version {version}"));
        foreach (var old in standing.Values.Where(a => AppPath.IsWithin(a.Spec.Id, path) && !apps.Value.ContainsKey(a.Spec.Id)))
            Remove(old.Spec);
        foreach (var app in apps.Value.Values)
            Put(app.Spec);
        foreach (var old in tree?.Groups.Keys.Where(g => g != AppPath.Root && AppPath.IsWithin(g, path) && !groups.Value.ContainsKey(g)).ToList() ?? [])
            _groups[old] = new() { Path = old, Remove = true };
        foreach (var (group, node) in groups.Value.Where(g => AppPath.IsWithin(g.Key, path)))
        {
            if (tree?.Groups.Find(group) is not { } stands || stands.Dependencies != node.Dependencies || stands.EnforceRole != node.EnforceRole)
                _groups[group] = new() { Path = group, Dependencies = node.Dependencies, EnforceRole = node.EnforceRole };
        }
    }

    private void Put(AppSpec app) =>
        _apps[app.Id] = new() { AppId = app.Id, Kind = AppChangeKind.Put, Spec = app, ExpectedVersion = standing.Find(app.Id)?.Version ?? "", IsPod = app.Pod is not null };

    private void Remove(AppSpec app) => _apps[app.Id] = new() { AppId = app.Id, Kind = AppChangeKind.Remove, IsPod = app.Pod is not null };

    private void RemoveAll(string path)
    {
        foreach (var app in standing.Values.Where(a => AppPath.IsWithin(a.Spec.Id, path)))
            Remove(app.Spec);
        foreach (var group in tree?.Groups.Keys.Where(g => g != AppPath.Root && AppPath.IsWithin(g, path)).ToList() ?? [])
            _groups[group] = new() { Path = group, Remove = true };
    }
}
