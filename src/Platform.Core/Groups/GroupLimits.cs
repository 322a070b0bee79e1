using Platform.Core.Apps;

namespace Platform.Core.Groups;

/// <summary>Whether a change keeps the limits of the groups that it touches.</summary>
/// <remarks>All definitions of a group are summed up when one of them grows, and only where a limit is.</remarks>
public static class GroupLimits
{
    /// <summary>What groups would have beyond their limits after a change of apps and pods.</summary>
    /// <param name="limits">The limits, by group.</param>
    /// <param name="standing">The definitions that stand, by path.</param>
    /// <param name="jobs">What the jobs directly in a group come to, by group.</param>
    /// <param name="transitions">The change.</param>
    public static IReadOnlyList<GroupExcess> Beyond(
        IReadOnlyDictionary<string, GroupLimit> limits,
        IReadOnlyDictionary<string, AppVersion> standing,
        IReadOnlyDictionary<string, GroupUse> jobs,
        IReadOnlyCollection<AppTransition> transitions)
    {
        if (limits.Count == 0)
            return [];
        var touched = transitions.Where(transition => transition.After is not null && transition.After != transition.Before)
            .SelectMany(transition => AppPath.Ancestors(transition.AppId)).Where(limits.ContainsKey)
            .Distinct(StringComparer.Ordinal).ToDictionary(group => group, _ => default(Sums), StringComparer.Ordinal);
        if (touched.Count == 0)
            return [];
        AddApps(touched, standing, transitions.ToDictionary(transition => transition.AppId, StringComparer.Ordinal));
        AddJobs(touched, jobs.Select(group => (group.Key, group.Value, group.Value)));
        return Beyond(limits, touched);
    }

    /// <summary>What groups would have beyond their limits after a change of jobs.</summary>
    /// <param name="limits">The limits, by group.</param>
    /// <param name="standing">The definitions that stand, by path.</param>
    /// <param name="jobs">What the jobs directly in a group come to, by group.</param>
    /// <param name="claim">The change; it knows better what the jobs of its group come to.</param>
    public static IReadOnlyList<GroupExcess> Beyond(
        IReadOnlyDictionary<string, GroupLimit> limits,
        IReadOnlyDictionary<string, AppVersion> standing,
        IReadOnlyDictionary<string, GroupUse> jobs,
        JobClaim claim)
    {
        var touched = AppPath.Ancestors(claim.Group).Prepend(claim.Group).Where(limits.ContainsKey).ToDictionary(group => group, _ => default(Sums), StringComparer.Ordinal);
        if (touched.Count == 0)
            return [];
        AddApps(touched, standing, new Dictionary<string, AppTransition>());
        AddJobs(touched, jobs.Where(group => group.Key != claim.Group).Select(group => (group.Key, group.Value, group.Value)).Append((claim.Group, claim.Before, claim.After)));
        return Beyond(limits, touched);
    }

    /// <summary>Whether a group, or one that it is in, has a limit.</summary>
    public static bool Cover(IReadOnlyDictionary<string, GroupLimit> limits, string group) => AppPath.Ancestors(group).Prepend(group).Any(limits.ContainsKey);

    /// <summary>Whether a change of apps may ask for more where a limit is. One that only ends or restarts something never does.</summary>
    public static bool Concern(IReadOnlyDictionary<string, GroupLimit> limits, ChangeSet change) =>
        limits.Count > 0 && change.Apps.Any(app => app.Kind == AppChangeKind.Put && Cover(limits, AppPath.Parent(app.AppId)));

    /// <summary>What the definitions in groups that have limits come to, by group.</summary>
    /// <param name="limits">The limits, by group.</param>
    /// <param name="standing">The definitions that stand, by path.</param>
    /// <param name="jobs">What the jobs directly in a group come to, by group.</param>
    public static IReadOnlyDictionary<string, GroupUse> Used(
        IReadOnlyDictionary<string, GroupLimit> limits, IReadOnlyDictionary<string, AppVersion> standing, IReadOnlyDictionary<string, GroupUse> jobs)
    {
        var sums = limits.Keys.ToDictionary(group => group, _ => default(Sums), StringComparer.Ordinal);
        if (sums.Count > 0)
        {
            AddApps(sums, standing, new Dictionary<string, AppTransition>());
            AddJobs(sums, jobs.Select(group => (group.Key, group.Value, group.Value)));
        }
        return sums.ToDictionary(group => group.Key, group => group.Value.After, StringComparer.Ordinal);
    }

    private static void AddApps(Dictionary<string, Sums> sums, IReadOnlyDictionary<string, AppVersion> standing, Dictionary<string, AppTransition> changed)
    {
        foreach (var appId in standing.Keys.Concat(changed.Keys.Where(appId => !standing.ContainsKey(appId))))
        {
            var groups = AppPath.Ancestors(appId).Where(sums.ContainsKey).ToList();
            if (groups.Count == 0)
                continue;
            var stands = standing.TryGetValue(appId, out var version) ? GroupUse.Of(version.Spec) : default;
            var then = !changed.TryGetValue(appId, out var transition) ? stands : transition.After is { } after ? GroupUse.Of(after.Spec) : default;
            foreach (var group in groups)
                sums[group] = sums[group].With(stands, then, default);
        }
    }

    private static void AddJobs(Dictionary<string, Sums> sums, IEnumerable<(string Group, GroupUse Before, GroupUse After)> jobs)
    {
        foreach (var (of, before, after) in jobs)
        {
            foreach (var group in AppPath.Ancestors(of).Prepend(of).Where(sums.ContainsKey))
                sums[group] = sums[group].With(before, after, after);
        }
    }

    private static List<GroupExcess> Beyond(IReadOnlyDictionary<string, GroupLimit> limits, Dictionary<string, Sums> touched) =>
        [.. touched.OrderBy(group => group.Key, StringComparer.Ordinal).SelectMany(group => group.Value.After.Beyond(group.Key, limits[group.Key], group.Value.Before, group.Value.Jobs))];

    private readonly record struct Sums(GroupUse Before, GroupUse After, GroupUse Jobs)
    {
        public Sums With(GroupUse before, GroupUse after, GroupUse jobs) => new(Before + before, After + after, Jobs + jobs);
    }
}
