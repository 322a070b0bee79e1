using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Core.Groups;

/// <summary>Decides on changes of the tree. Reads the ledger and changes nothing.</summary>
public sealed class GroupGate(GroupLedger ledger, GroupOptions options)
{
    /// <summary>What a change would do now.</summary>
    public GroupDecision Decide(ChangeSet change, DateTimeOffset now, Func<string> newId)
    {
        var version = NextVersion(now, change.Apps.Select(app => app.AppId));
        var transitions = new List<AppTransition>(change.Apps.Count);
        var unchanged = new List<AppTransition>();
        var assigned = new Dictionary<string, AppSpec>(StringComparer.Ordinal);
        var ports = PortsToAvoid(change);
        foreach (var asked in change.Apps)
        {
            if (WithPorts(asked, ports) is not { } app)
                return GroupDecision.Refuse(ChangeOutcome.Invalid, asked.AppId, $"All ports in the range [{options.FirstServicePort}-{options.LastServicePort}] are already in use");
            if (app.Spec is not null && app.Spec != asked.Spec)
                assigned[app.AppId] = app.Spec;
            var before = ledger.Apps.GetValueOrDefault(app.AppId);
            if (Refusal(app, before) is { } refusal)
                return refusal;
            var transition = new AppTransition(
                app.AppId, before, After(app, before, version), app.Kind == AppChangeKind.Restart || IsBeingRestarted(app, before), app);
            if (transition.Before != transition.After)
                transitions.Add(transition);
            else
                unchanged.Add(transition);
        }
        var groups = new Dictionary<string, GroupNode?>(StringComparer.Ordinal);
        foreach (var group in change.Groups)
        {
            var before = ledger.Groups.GetValueOrDefault(group.Path);
            if (Refusal(group, before) is { } refusal)
                return refusal;
            groups[group.Path] = group.Remove ? null : (before ?? new()) with
            {
                Dependencies = group.Dependencies ?? before?.Dependencies ?? default,
                EnforceRole = group.EnforceRole ?? before?.EnforceRole ?? false,
                Version = version,
            };
        }
        var decision = Decide(transitions, unchanged, groups, change.Force, version, newId, now, isLimited: true);
        return change.DryRun ? decision with { Result = decision.Result with { Assigned = assigned.ToValueMap() } } : decision;
    }

    /// <summary>The change that leads back to where a running deployment began; it takes the place of whatever holds those apps.</summary>
    public GroupDecision Revert(string deploymentId, DateTimeOffset now, Func<string> newId)
    {
        var start = ledger.Deployments[deploymentId];
        var ids = GroupLedger.AppsOf(start).ToList();
        var version = NextVersion(now, ids);
        var transitions = ids
            .Select(appId => new AppTransition(
                appId,
                ledger.Apps.GetValueOrDefault(appId),
                start.Originals.Find(appId),
                Restart: start.Originals.ContainsKey(appId),
                Hints: null))
            .Where(transition => transition.Before is not null || transition.After is not null)
            .ToList();
        var groups = new Dictionary<string, GroupNode?>(StringComparer.Ordinal);
        foreach (var (path, original) in start.OriginalGroups)
        {
            var stillUsed = ledger.Apps.Keys.Any(app => AppPath.IsWithin(app, path) && !transitions.Exists(t => t.AppId == app && t.After is null));
            if (original is not null || !stillUsed)
                groups[path] = original is null ? null : original with { Version = version };
        }
        return Decide(transitions, [], groups, force: true, version, newId, now);
    }

    /// <summary>A running deployment goes no further. What it removed from the tree goes all the same: nothing would show it any more.</summary>
    public GroupDecision Stop(string deploymentId, DateTimeOffset now, Func<string> newId)
    {
        var start = ledger.Deployments[deploymentId];
        var version = NextVersion(now, GroupLedger.AppsOf(start));
        var removed = Leftovers(deploymentId, new HashSet<string>()).Where(transition => transition.After is null).ToList();
        return new()
        {
            Result = new() { Version = version, DeploymentId = deploymentId },
            // A version that a deployment leads to is always one of the tree.
            Groups = removed.Count == 0 ? [] : new Dictionary<string, GroupNode?> { [AppPath.Root] = ledger.Groups[AppPath.Root] with { Version = version } },
            Canceled = [deploymentId],
            Continued = Continue(deploymentId, removed, [], version, newId, now),
        };
    }

    private GroupDecision Decide(
        List<AppTransition> transitions,
        List<AppTransition> unchanged,
        Dictionary<string, GroupNode?> groups,
        bool force,
        string version,
        Func<string> newId,
        DateTimeOffset now,
        bool isLimited = false)
    {
        var deploymentId = newId();
        if (transitions.Count == 0 && groups.Count == 0)
            return new() { Result = new() { Version = version, DeploymentId = deploymentId, Plan = new(default) } };

        transitions = transitions.ConvertAll(transition => transition.After is not { } after || after == transition.Before
            ? transition
            : transition with { After = after with { EnforceRole = EnforcesRole(transition.AppId, groups) } });
        var asked = groups.ToDictionary();
        AddParents(transitions, groups, version);
        var problems = Problems(transitions, groups);
        // The way back to what stood is always open.
        if (isLimited)
            problems.AddRange(GroupLimits.Beyond(ledger.Limits, ledger.Apps, ledger.Jobs.Uses, transitions).Select(excess => (excess.Group, excess.Text)));
        if (problems.Count > 0)
            return GroupDecision.Refuse(ChangeOutcome.Invalid, problems[0].Subject, problems.Select(problem => problem.Text));

        var conflicts = transitions
            .Select(transition => ledger.Locks.GetValueOrDefault(transition.AppId))
            .OfType<string>().Distinct().ToList();
        if (conflicts.Count > 0 && !force)
            return new() { Result = new() { Outcome = ChangeOutcome.Locked, Conflicts = [.. conflicts] } };

        // What was asked for and stands in the tree already is on its way with a deployment that gives way: this one carries it on.
        var held = unchanged.Where(transition => transition.After is not null && ledger.Locks.GetValueOrDefault(transition.AppId) is { } holder && conflicts.Contains(holder));
        transitions = [.. transitions, .. held.Select(transition => CarryOn(transition.AppId, ledger.Locks[transition.AppId]))];
        var plan = DeploymentPlanner.Plan([.. transitions.Select(transition => transition.Difference)], LevelsAfter(transitions, groups));
        if (!plan.Steps.IsEmpty && ledger.Deployments.Count - conflicts.Count >= options.MaxRunningDeployments)
            return GroupDecision.Refuse(
                ChangeOutcome.TooManyDeployments, null, $"Max number ({options.MaxRunningDeployments}) of running deployments is achieved");

        var start = plan.Steps.IsEmpty ? null : new DeploymentStart
        {
            Version = version,
            Plan = plan,
            Targets = Records(transitions, transition => transition.After),
            Originals = Records(transitions, transition => transition.Before),
            OriginalGroups = asked.Select(group => KeyValuePair.Create(group.Key, ledger.Groups.GetValueOrDefault(group.Key)))
                .Concat(groups.Where(group => !asked.ContainsKey(group.Key) && !ledger.Groups.ContainsKey(group.Key))
                    .Select(group => KeyValuePair.Create(group.Key, (GroupNode?)null)))
                .Where(group => group.Key != AppPath.Root)
                .ToValueMap(),
            Changes = [.. transitions.Where(transition => transition.Hints is not null).Select(transition => transition.Hints! with { Spec = null })],
            StartedAt = now,
        };
        return new()
        {
            Result = new() { Version = version, DeploymentId = deploymentId, Plan = plan },
            Apps = transitions,
            Groups = groups,
            Canceled = conflicts,
            Start = start,
            Continued = ContinueAll(conflicts, transitions, groups, version, newId, now),
        };
    }

    private Dictionary<string, DeploymentStart> ContinueAll(
        List<string> canceled, List<AppTransition> transitions, Dictionary<string, GroupNode?> groups, string version, Func<string> newId, DateTimeOffset now)
    {
        var continued = new Dictionary<string, DeploymentStart>(StringComparer.Ordinal);
        var changed = transitions.Select(transition => transition.AppId).ToHashSet(StringComparer.Ordinal);
        foreach (var id in canceled)
        {
            foreach (var (newDeployment, start) in Continue(id, Leftovers(id, changed), groups, version, newId, now))
                continued[newDeployment] = start;
        }
        return continued;
    }

    /// <summary>The apps of a deployment that gives way which the change leaves alone: the tree has them as that deployment was to make them.</summary>
    private List<AppTransition> Leftovers(string deploymentId, HashSet<string> changed) =>
        [.. GroupLedger.AppsOf(ledger.Deployments[deploymentId]).Where(appId => !changed.Contains(appId)).Select(appId => CarryOn(appId, deploymentId))];

    private AppTransition CarryOn(string appId, string holder)
    {
        var start = ledger.Deployments[holder];
        var now = ledger.Apps.GetValueOrDefault(appId);
        return new(
            appId,
            now ?? start.Originals.Find(appId),
            now,
            Restart: now is not null && MayHaveOthers(appId, holder),
            Hints: start.Changes.FirstOrDefault(change => change.AppId == appId),
            Scale: now is not null);
    }

    /// <summary>What is left of a deployment, as one of its own; it leads back to where that one began. None if nothing is left.</summary>
    private Dictionary<string, DeploymentStart> Continue(
        string deploymentId, List<AppTransition> left, Dictionary<string, GroupNode?> groups, string version, Func<string> newId, DateTimeOffset now)
    {
        if (left.Count == 0)
            return [];
        var start = ledger.Deployments[deploymentId];
        var apps = left.Select(transition => transition.AppId).ToHashSet(StringComparer.Ordinal);
        return new()
        {
            [newId()] = new()
            {
                Version = version,
                Plan = DeploymentPlanner.Plan([.. left.Select(transition => transition.Difference)], LevelsAfter(left, groups)),
                Targets = Records(left, transition => transition.After),
                Originals = start.Originals.Where(original => apps.Contains(original.Key)).ToValueMap(),
                OriginalGroups = start.OriginalGroups.Where(group => !groups.ContainsKey(group.Key)).ToValueMap(),
                Changes = [.. start.Changes.Where(change => apps.Contains(change.AppId))],
                StartedAt = now,
            },
        };
    }

    // Numbers that other apps of the same change ask for are not given away either. Null: nothing needs a number.
    private HashSet<int>? PortsToAvoid(ChangeSet change)
    {
        var specs = change.Apps.Where(app => app.Spec is not null).Select(app => app.Spec!).ToList();
        return specs.Exists(ServicePorts.NeedsAssignment) ? [.. ledger.ServicePorts, .. specs.SelectMany(spec => ServicePorts.Of(spec))] : null;
    }

    // The number is found and recorded by the same decision, so that no two apps get the same.
    private AppChange? WithPorts(AppChange change, HashSet<int>? ports)
    {
        if (ports is null || change.Spec is null)
            return change;
        var spec = ServicePorts.Assign(change.Spec, ledger.Apps.GetValueOrDefault(change.AppId)?.Spec, ports, options.FirstServicePort, options.LastServicePort);
        return spec is null ? null : change with { Spec = spec };
    }

    private string NextVersion(DateTimeOffset now, IEnumerable<string> appIds)
    {
        var version = TreeVersion.Max(TreeVersion.Of(now), ledger.Version);
        var last = ledger.RevisionsBackwards.FirstOrDefault();
        return last.Version == version && appIds.Any(last.Revision.Apps.ContainsKey) ? TreeVersion.After(version) : version;
    }

    private static GroupDecision? Refusal(AppChange change, AppVersion? before)
    {
        if (before is not null && before.Spec.Pod is not null != change.IsPod)
        {
            return change.Kind == AppChangeKind.Put
                ? GroupDecision.Refuse(ChangeOutcome.Invalid, change.AppId, $"Applications and Pods may not share the same id: {change.AppId}")
                : GroupDecision.Refuse(ChangeOutcome.NotFound, change.AppId);
        }
        if (change.ExpectedVersion == "" && before is not null)
            return GroupDecision.Refuse(ChangeOutcome.Exists, change.AppId);
        if (before is null && (change.Kind != AppChangeKind.Put || !string.IsNullOrEmpty(change.ExpectedVersion)))
            return GroupDecision.Refuse(ChangeOutcome.NotFound, change.AppId);
        if (!string.IsNullOrEmpty(change.ExpectedVersion) && change.ExpectedVersion != before!.Version)
            return GroupDecision.Refuse(ChangeOutcome.VersionConflict, change.AppId, $"the app is at version {before.Version}");
        return change is { Kind: AppChangeKind.Put, Spec: null }
            ? GroupDecision.Refuse(ChangeOutcome.Invalid, change.AppId, "a definition is missing")
            : null;
    }

    private GroupDecision? Refusal(GroupChange change, GroupNode? before)
    {
        if (change.MustBeNew && (before is not null || ledger.Apps.ContainsKey(change.Path)))
            return GroupDecision.Refuse(ChangeOutcome.Exists, change.Path);
        return change.Remove && before is null ? GroupDecision.Refuse(ChangeOutcome.NotFound, change.Path) : null;
    }

    private static AppVersion? After(AppChange change, AppVersion? before, string version)
    {
        switch (change.Kind)
        {
            case AppChangeKind.Remove:
                return null;
            case AppChangeKind.Restart:
                return before! with { Version = version, LastConfigChangeAt = version };
            default:
                var difference = new AppDifference(change.AppId, before?.Spec, change.Spec, Scale: before is not null && !change.KillFirst.IsEmpty);
                if (difference.IsEmpty)
                    return before;
                return new()
                {
                    Spec = change.Spec!,
                    Version = version,
                    LastScalingAt = version,
                    LastConfigChangeAt = before is null || difference.ChangesInstances ? version : before.LastConfigChangeAt,
                };
        }
    }

    // A change of the number alone that breaks into a rollout still has to finish the rollout, and an app that is made anew before it was
    // removed must not keep the instances that were to go.
    private bool IsBeingRestarted(AppChange change, AppVersion? before) =>
        change.Kind == AppChangeKind.Put && before?.Spec != change.Spec
        && ledger.Locks.TryGetValue(change.AppId, out var holder) && MayHaveOthers(change.AppId, holder);

    /// <summary>True if instances of another configuration may be there which the deployment was to replace or to end.</summary>
    private bool MayHaveOthers(string appId, string deploymentId)
    {
        var start = ledger.Deployments[deploymentId];
        // A new configuration with 0 instances is planned as a change of the number, and ends those of the old one all the same.
        return start.Targets.Find(appId) is { Spec.Instances: 0 } || start.Plan.Steps.Any(step => step.Actions.Any(action =>
            action.AppId == appId && action.Kind is DeploymentActionKind.Restart or DeploymentActionKind.Stop));
    }

    private void AddParents(List<AppTransition> transitions, Dictionary<string, GroupNode?> groups, string version)
    {
        var made = transitions.Where(transition => transition.After is not null).Select(transition => transition.AppId)
            .Concat(groups.Where(group => group.Value is not null).Select(group => group.Key).ToList());
        foreach (var parent in made.SelectMany(AppPath.Ancestors))
        {
            if (!groups.ContainsKey(parent))
                groups[parent] = (ledger.Groups.GetValueOrDefault(parent) ?? new()) with { Version = version };
        }
        var touched = transitions.Where(transition => transition.After is null).Select(transition => transition.AppId)
            .Concat(groups.Where(group => group.Value is null).Select(group => group.Key).ToList());
        foreach (var parent in touched.SelectMany(AppPath.Ancestors).Append(AppPath.Root))
        {
            if (!groups.ContainsKey(parent) && (parent == AppPath.Root || ledger.Groups.ContainsKey(parent)))
                groups[parent] = (ledger.Groups.GetValueOrDefault(parent) ?? new()) with { Version = version };
        }
    }

    private List<(string Subject, string Text)> Problems(List<AppTransition> transitions, Dictionary<string, GroupNode?> groups)
    {
        var problems = new List<(string, string)>();
        var changed = transitions.ToDictionary(transition => transition.AppId, StringComparer.Ordinal);
        bool HasApp(string path) => changed.TryGetValue(path, out var transition) ? transition.After is not null : ledger.Apps.ContainsKey(path);
        bool IsPod(string path) => (changed.GetValueOrDefault(path)?.After ?? ledger.Apps.GetValueOrDefault(path))?.Spec.Pod is not null;
        bool HasGroup(string path) => groups.TryGetValue(path, out var group) ? group is not null : ledger.Groups.ContainsKey(path);

        foreach (var path in transitions.Where(transition => transition is { Before: null, After: not null }).Select(transition => transition.AppId)
            .Concat(groups.Where(group => group.Value is not null && !ledger.Groups.ContainsKey(group.Key)).Select(group => group.Key))
            .Distinct().Where(path => HasApp(path) && HasGroup(path)))
            problems.Add((path, $"Groups and {(IsPod(path) ? "Pods" : "Applications")} may not have the same identifier: {path}"));

        foreach (var (path, _) in groups.Where(group => group.Value is null))
        {
            var app = ledger.Apps.Keys.FirstOrDefault(app => AppPath.IsWithin(app, path) && HasApp(app));
            var inner = app ?? ledger.Groups.Keys.FirstOrDefault(other => other != path && AppPath.IsWithin(other, path) && HasGroup(other));
            if (inner is not null)
                problems.Add((path, $"The group {path} is not empty: {inner} is in it"));
        }
        if (problems.Count == 0 && MayCloseCircle(transitions, groups))
        {
            var cycle = Graph(transitions, groups).FindCycle();
            if (cycle.Count > 0)
                problems.Add((cycle[0], $"Dependency graph has cyclic dependencies: {string.Join(", ", cycle)}"));
        }
        return problems;
    }

    // The whole graph is looked at only when a dependency is new, or an app comes into a tree that has some.
    private bool MayCloseCircle(List<AppTransition> transitions, Dictionary<string, GroupNode?> groups) =>
        transitions.Exists(transition => transition.After is not null
            && (ledger.HasDependencies || !transition.After.Spec.Dependencies.IsEmpty)
            && transition.Before?.Spec.Dependencies != transition.After.Spec.Dependencies)
        || groups.Any(group => group.Value is { } node && !node.Dependencies.IsEmpty
            && ledger.Groups.GetValueOrDefault(group.Key)?.Dependencies != node.Dependencies);

    private Func<string, int> LevelsAfter(List<AppTransition> transitions, Dictionary<string, GroupNode?> groups)
    {
        var any = ledger.HasDependencies
            || transitions.Exists(transition => transition.After is { } after && !after.Spec.Dependencies.IsEmpty)
            || groups.Values.Any(group => group is not null && !group.Dependencies.IsEmpty);
        if (!any)
            return static _ => 0;
        var graph = new Lazy<DependencyGraph>(() => Graph(transitions, groups));
        return appId => graph.Value.LevelOf(appId);
    }

    private DependencyGraph Graph(List<AppTransition> transitions, Dictionary<string, GroupNode?> groups)
    {
        var apps = ledger.Apps.ToDictionary(app => app.Key, app => (IReadOnlyList<string>)app.Value.Spec.Dependencies, StringComparer.Ordinal);
        foreach (var transition in transitions)
        {
            if (transition.After is null)
                apps.Remove(transition.AppId);
            else
                apps[transition.AppId] = transition.After.Spec.Dependencies;
        }
        var nodes = ledger.Groups.ToDictionary(group => group.Key, group => (IReadOnlyList<string>)group.Value.Dependencies, StringComparer.Ordinal);
        foreach (var (path, group) in groups)
        {
            if (group is null)
                nodes.Remove(path);
            else
                nodes[path] = group.Dependencies;
        }
        return new([.. apps], [.. nodes]);
    }

    private bool EnforcesRole(string appId, Dictionary<string, GroupNode?> groups)
    {
        var end = appId.IndexOf('/', 1);
        if (end < 0)
            return false;
        var top = appId[..end];
        return (groups.TryGetValue(top, out var changed) ? changed : ledger.Groups.GetValueOrDefault(top))?.EnforceRole == true;
    }

    private static ValueMap<AppVersion> Records(List<AppTransition> transitions, Func<AppTransition, AppVersion?> select) =>
        transitions.Where(transition => select(transition) is not null)
            .Select(transition => KeyValuePair.Create(transition.AppId, select(transition)!)).ToValueMap();
}
