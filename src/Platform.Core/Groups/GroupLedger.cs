using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Core.Groups;

/// <summary>The tree and the running deployments in memory, with each change staged for storage as it is applied.</summary>
public sealed class GroupLedger
{
    private const string AppPrefix = "app:";
    private const string GroupPrefix = "group:";
    private const string DeploymentPrefix = "deployment:";
    private const string RevisionPrefix = "revision:";
    private const string AbandonedPrefix = "abandoned:";
    private const string SecretPrefix = "secret:";
    private const string LimitPrefix = "limit:";
    private const string JobClaimsKey = "jobs:";

    private readonly IKeptItems<GroupItem> _items;
    private readonly int _keptVersions;
    private readonly Dictionary<string, AppVersion> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupNode> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeploymentStart> _deployments = new(StringComparer.Ordinal);
    private readonly List<string> _deploymentOrder = [];
    private readonly Dictionary<string, AbandonedDeployment> _abandoned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _locks = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Version, GroupRevision Revision)> _revisions = new();
    private readonly Dictionary<int, int> _servicePorts = [];
    private readonly Dictionary<string, long> _secretChanges = new(StringComparer.Ordinal);
    private long _lastSecretChange;
    private readonly Dictionary<string, GroupLimit> _limits = new(StringComparer.Ordinal);
    private long _jobClaims;
    private int _withDependencies;

    /// <summary>The tree that is kept.</summary>
    /// <param name="items">What is kept, and where changes are put.</param>
    /// <param name="keptVersions">Versions of the tree that are remembered.</param>
    public GroupLedger(IKeptItems<GroupItem> items, int keptVersions)
    {
        _items = items;
        _keptVersions = keptVersions;
        var deployments = new List<(string Id, DeploymentStart Start)>();
        var revisions = new List<(string Version, GroupRevision Revision)>();
        foreach (var (key, item) in items.Items)
        {
            if (item.App is not null)
                _apps[key[AppPrefix.Length..]] = item.App;
            else if (item.Group is not null)
                _groups[key[GroupPrefix.Length..]] = item.Group;
            else if (item.Deployment is not null)
                deployments.Add((key[DeploymentPrefix.Length..], item.Deployment));
            else if (item.Abandoned is not null)
                _abandoned[key[AbandonedPrefix.Length..]] = item.Abandoned;
            else if (item.Limit is not null)
                _limits[key[LimitPrefix.Length..]] = item.Limit;
            else if (item.JobClaims is { } claims)
                _jobClaims = claims;
            else if (item.SecretChange is { } change && key.Length == SecretPrefix.Length)
                _lastSecretChange = change;
            else if (item.SecretChange is { } waiting)
                _secretChanges[key[SecretPrefix.Length..]] = waiting;
            else if (item.Revision is not null)
                revisions.Add((key[RevisionPrefix.Length..], item.Revision));
        }
        foreach (var app in _apps.Values)
            CountServicePorts(app, 1);
        foreach (var (id, start) in deployments.OrderBy(deployment => deployment.Start.Version, StringComparer.Ordinal))
            Lock(id, start);
        foreach (var revision in revisions.OrderBy(revision => revision.Version, StringComparer.Ordinal))
            _revisions.AddLast(revision);
        _withDependencies = _apps.Values.Count(app => !app.Spec.Dependencies.IsEmpty) + _groups.Values.Count(group => !group.Dependencies.IsEmpty);
    }

    /// <summary>The current definitions.</summary>
    public IReadOnlyDictionary<string, AppVersion> Apps => _apps;

    /// <summary>The groups; the root is there once anything is.</summary>
    public IReadOnlyDictionary<string, GroupNode> Groups => _groups;

    /// <summary>The running deployments.</summary>
    public IReadOnlyDictionary<string, DeploymentStart> Deployments => _deployments;

    /// <summary>Their ids, oldest first.</summary>
    public IReadOnlyList<string> DeploymentOrder => _deploymentOrder;

    /// <summary>Deployments that gave way and may not know of it yet.</summary>
    public IReadOnlyDictionary<string, AbandonedDeployment> Abandoned => _abandoned;

    /// <summary>Which deployment holds an app.</summary>
    public IReadOnlyDictionary<string, string> Locks => _locks;

    /// <summary>Past changes with the version that each led to, oldest first.</summary>
    public IEnumerable<(string Version, GroupRevision Revision)> Revisions => _revisions;

    /// <summary>Past changes, newest first.</summary>
    public IEnumerable<(string Version, GroupRevision Revision)> RevisionsBackwards
    {
        get
        {
            for (var node = _revisions.Last; node is not null; node = node.Previous)
                yield return node.Value;
        }
    }

    /// <summary>The versions in which a group was there, oldest first.</summary>
    public IEnumerable<string> VersionsWith(string group)
    {
        var versions = new List<string>();
        var isThere = group == AppPath.Root || _groups.ContainsKey(group);
        foreach (var (version, revision) in RevisionsBackwards)
        {
            if (isThere)
                versions.Add(version);
            if (group != AppPath.Root && revision.Groups.TryGetValue(group, out var before))
                isThere = before is not null;
        }
        versions.Reverse();
        return versions;
    }

    /// <summary>The tree's version; "" before the first change.</summary>
    public string Version => _groups.TryGetValue(AppPath.Root, out var root) ? root.Version : "";

    /// <summary>The service ports that apps have.</summary>
    public IReadOnlyCollection<int> ServicePorts => _servicePorts.Keys;

    /// <summary>How much the definitions in a group may come to, by its path. The group need not be there.</summary>
    public IReadOnlyDictionary<string, GroupLimit> Limits => _limits;

    /// <summary>Sets a limit; null: takes it away.</summary>
    public void SetLimit(string group, GroupLimit? limit)
    {
        if (limit is null)
        {
            _limits.Remove(group);
            _items.Remove(LimitPrefix + group);
            return;
        }
        _limits[group] = limit;
        _items.Set(LimitPrefix + group, new() { Limit = limit });
    }

    /// <summary>What jobs come to.</summary>
    public JobBook Jobs { get; } = new();

    /// <summary>Notes that a change of jobs was let through: stored with all that was decided before it, and by nobody whose record is no longer the tree's.</summary>
    public void NoteJobClaim() => _items.Set(JobClaimsKey, new() { JobClaims = ++_jobClaims });

    /// <summary>The apps that have yet to follow a change of a secret, with the number of the last one.</summary>
    public IReadOnlyDictionary<string, long> SecretChanges => _secretChanges;

    /// <summary>Notes that secrets have changed, with the apps that have to follow. What was heard of is passed over.</summary>
    public void ChangeSecrets(IReadOnlyDictionary<string, long> changes)
    {
        var fresh = changes.Where(change => change.Value > _lastSecretChange).ToDictionary(change => change.Key, change => change.Value, StringComparer.Ordinal);
        if (fresh.Count == 0)
            return;
        var paths = fresh.Keys.ToHashSet(StringComparer.Ordinal);
        _lastSecretChange = fresh.Values.Max();
        _items.Set(SecretPrefix, new() { SecretChange = _lastSecretChange });
        foreach (var (appId, app) in _apps)
        {
            if (SecretUse.OnChange(app.Spec) == SecretChange.None || !SecretUse.Uses(app.Spec, paths))
                continue;
            _secretChanges[appId] = _lastSecretChange;
            _items.Set(SecretPrefix + appId, new() { SecretChange = _lastSecretChange });
        }
    }

    /// <summary>An app has followed a change of a secret; a later one is kept.</summary>
    public void FollowedSecrets(string appId, long change)
    {
        if (_secretChanges.TryGetValue(appId, out var last) && last <= change)
        {
            _secretChanges.Remove(appId);
            _items.Remove(SecretPrefix + appId);
        }
    }

    /// <summary>Whether anything in the tree depends on anything.</summary>
    public bool HasDependencies => _withDependencies > 0;

    /// <summary>Takes an accepted decision into the tree.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="reason">Why others give way to it.</param>
    public void Apply(GroupDecision decision, string reason)
    {
        var version = decision.Result.Version;
        foreach (var id in decision.Canceled)
            Abandon(id, reason);

        var apps = new Dictionary<string, string>(StringComparer.Ordinal);
        var removed = new Dictionary<string, AppVersion>(StringComparer.Ordinal);
        foreach (var app in decision.Apps)
        {
            apps[app.AppId] = app.Before?.Version ?? "";
            if (app.After is null && app.Before is not null)
                removed[app.AppId] = app.Before;
            SetApp(app.AppId, app.After);
        }
        var groups = new Dictionary<string, GroupNode?>(StringComparer.Ordinal);
        foreach (var (path, group) in decision.Groups)
        {
            groups[path] = _groups.GetValueOrDefault(path);
            SetGroup(path, group);
        }
        // Each deployment of an app must lead to a later version than the one before it, so those that carry on are noted too.
        foreach (var appId in decision.Continued.Values.SelectMany(AppsOf))
            apps.TryAdd(appId, _apps.GetValueOrDefault(appId)?.Version ?? "");
        if (decision.Result.Plan is not null || groups.Count > 0)
            Remember(version, apps, removed, groups);

        foreach (var (id, start) in decision.Starts)
        {
            Lock(id, start);
            _items.Set(DeploymentPrefix + id, new() { Deployment = start });
        }
    }

    /// <summary>Frees a deployment's apps and keeps in mind that it has to be told; nothing happens if it does not run.</summary>
    public void Abandon(string deploymentId, string reason)
    {
        if (!_deployments.TryGetValue(deploymentId, out var start))
            return;
        Unlock(deploymentId);
        var abandoned = new AbandonedDeployment { Version = start.Version, Apps = [.. AppsOf(start)], Reason = reason };
        _abandoned[deploymentId] = abandoned;
        _items.Set(AbandonedPrefix + deploymentId, new() { Abandoned = abandoned });
    }

    /// <summary>An abandoned deployment has been told, and its apps too.</summary>
    public void Forget(string deploymentId)
    {
        if (_abandoned.Remove(deploymentId))
            _items.Remove(AbandonedPrefix + deploymentId);
    }

    /// <summary>Forgets a deployment and frees its apps; false if it does not run.</summary>
    public bool Unlock(string deploymentId)
    {
        if (!_deployments.Remove(deploymentId, out var start))
            return false;
        _deploymentOrder.Remove(deploymentId);
        _items.Remove(DeploymentPrefix + deploymentId);
        foreach (var appId in AppsOf(start))
        {
            if (_locks.GetValueOrDefault(appId) == deploymentId)
                _locks.Remove(appId);
        }
        return true;
    }

    /// <summary>The apps that a deployment acts on.</summary>
    public static IEnumerable<string> AppsOf(DeploymentStart start)
    {
        foreach (var app in start.Targets.Keys)
            yield return app;
        foreach (var app in start.Originals.Keys)
        {
            if (!start.Targets.ContainsKey(app))
                yield return app;
        }
    }

    private void Lock(string id, DeploymentStart start)
    {
        _deployments[id] = start;
        _deploymentOrder.Add(id);
        foreach (var appId in AppsOf(start))
            _locks[appId] = id;
    }

    private void SetApp(string appId, AppVersion? app)
    {
        if (_apps.TryGetValue(appId, out var before))
        {
            CountServicePorts(before, -1);
            if (!before.Spec.Dependencies.IsEmpty)
                _withDependencies--;
        }
        if (app is null)
        {
            _apps.Remove(appId);
            _items.Remove(AppPrefix + appId);
            FollowedSecrets(appId, long.MaxValue);
            return;
        }
        CountServicePorts(app, 1);
        if (!app.Spec.Dependencies.IsEmpty)
            _withDependencies++;
        _apps[appId] = app;
        _items.Set(AppPrefix + appId, new() { App = app });
    }

    private void CountServicePorts(AppVersion app, int by)
    {
        foreach (var port in Core.Apps.ServicePorts.Of(app.Spec))
        {
            var count = _servicePorts.GetValueOrDefault(port) + by;
            if (count == 0)
                _servicePorts.Remove(port);
            else
                _servicePorts[port] = count;
        }
    }

    private void SetGroup(string path, GroupNode? group)
    {
        if (_groups.TryGetValue(path, out var before) && !before.Dependencies.IsEmpty)
            _withDependencies--;
        if (group is null)
        {
            _groups.Remove(path);
            _items.Remove(GroupPrefix + path);
            return;
        }
        if (!group.Dependencies.IsEmpty)
            _withDependencies++;
        _groups[path] = group;
        _items.Set(GroupPrefix + path, new() { Group = group });
    }

    private void Remember(
        string version, Dictionary<string, string> apps, Dictionary<string, AppVersion> removed, Dictionary<string, GroupNode?> groups)
    {
        if (_revisions.Last is { } last && last.Value.Version == version)
        {
            // Several changes share an instant: what stood before the first of them counts.
            Merge(apps, last.Value.Revision.Apps);
            Merge(removed, last.Value.Revision.Removed);
            Merge(groups, last.Value.Revision.Groups);
            _revisions.RemoveLast();
        }
        var revision = new GroupRevision { Apps = apps.ToValueMap(), Removed = removed.ToValueMap(), Groups = groups.ToValueMap() };
        _revisions.AddLast((version, revision));
        _items.Set(RevisionPrefix + version, new() { Revision = revision });
        while (_revisions.Count > _keptVersions)
        {
            _items.Remove(RevisionPrefix + _revisions.First!.Value.Version);
            _revisions.RemoveFirst();
        }
    }

    private static void Merge<T>(Dictionary<string, T> later, IReadOnlyDictionary<string, T> earlier)
    {
        foreach (var (key, value) in earlier)
            later[key] = value;
    }
}
