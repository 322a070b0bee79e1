using Platform.Core.Apps;

namespace Platform.Core.Groups;

/// <summary>Whether a change keeps the limits of the groups that it touches.</summary>
public static class GroupLimits
{
    /// <summary>What the groups would have beyond their limits: of each its path and a sentence.</summary>
    /// <param name="limits">The limits, by group.</param>
    /// <param name="standing">The definitions that stand, by path.</param>
    /// <param name="transitions">The change.</param>
    /// <remarks>All definitions of a group are summed up when one of them grows, and only where a limit is.</remarks>
    public static IReadOnlyList<(string Subject, string Text)> Beyond(
        IReadOnlyDictionary<string, GroupLimit> limits, IReadOnlyDictionary<string, AppVersion> standing, IReadOnlyCollection<AppTransition> transitions)
    {
        if (limits.Count == 0)
            return [];
        var touched = transitions.Where(transition => transition.After is not null && transition.After != transition.Before)
            .SelectMany(transition => AppPath.Ancestors(transition.AppId)).Where(limits.ContainsKey)
            .Distinct(StringComparer.Ordinal).ToDictionary(group => group, _ => (Before: default(GroupUse), After: default(GroupUse)), StringComparer.Ordinal);
        if (touched.Count == 0)
            return [];
        var changed = transitions.ToDictionary(transition => transition.AppId, StringComparer.Ordinal);
        foreach (var appId in standing.Keys.Concat(changed.Keys.Where(appId => !standing.ContainsKey(appId))))
        {
            var groups = AppPath.Ancestors(appId).Where(touched.ContainsKey).ToList();
            if (groups.Count == 0)
                continue;
            var stands = standing.TryGetValue(appId, out var version) ? GroupUse.Of(version.Spec) : default;
            var then = !changed.TryGetValue(appId, out var transition) ? stands : transition.After is { } after ? GroupUse.Of(after.Spec) : default;
            foreach (var group in groups)
                touched[group] = (touched[group].Before + stands, touched[group].After + then);
        }
        return
        [
            .. touched.OrderBy(group => group.Key, StringComparer.Ordinal)
                .SelectMany(group => group.Value.After.Beyond(group.Key, limits[group.Key], group.Value.Before).Select(text => (group.Key, text))),
        ];
    }
}
