using System.Text;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Apps;

/// <summary>What is odd about a change that is taken all the same, told in the header <c>Warning</c>; what can never be carried out is refused.</summary>
internal static class ChangeReview
{
    private const int LongestWarning = 1_000;

    /// <summary>Looks at the apps and groups that a change makes or changes.</summary>
    /// <param name="api">The API.</param>
    /// <param name="request">The request, whose answer gets the warning.</param>
    /// <param name="change">The change, before it is sent.</param>
    /// <param name="isDryRun">It is only planned: what could be refused is a warning too.</param>
    /// <exception cref="ApiException">422: it can never be carried out.</exception>
    public static async Task ReviewAsync(MarathonApi api, ApiRequest request, ChangeSet change, bool isDryRun = false)
    {
        var planned = await PlannedPorts.WithPortsAsync(api, change);
        List<string> warnings = [.. await ImpossiblePlans.FindAsync(api, request, planned, isDryRun), .. await MissingDependenciesAsync(api, change)];
        if (warnings.Count > 0)
            request.Http.Response.Headers.Warning = $"199 platform \"{Quotable(string.Join("; ", warnings))}\"";
    }

    /// <summary>Dependencies on what is not there, and is not made by the same change. They are taken, because it may come later, and wait for nothing until then.</summary>
    private static async Task<IEnumerable<string>> MissingDependenciesAsync(MarathonApi api, ChangeSet change)
    {
        var dependencies = change.Apps.Where(app => app is { Kind: AppChangeKind.Put, Spec.Dependencies.IsEmpty: false }).Select(app => (Path: app.AppId, Needs: app.Spec!.Dependencies))
            .Concat(change.Groups.Where(group => !group.Remove && group.Dependencies is { IsEmpty: false }).Select(group => (group.Path, Needs: group.Dependencies!.Value)))
            .ToList();
        if (dependencies.Count == 0)
            return [];
        var tree = await api.Reader.Groups.GetAsync();
        var removed = change.Apps.Where(app => app.Kind == AppChangeKind.Remove).Select(app => app.AppId)
            .Concat(change.Groups.Where(group => group.Remove).Select(group => group.Path)).ToHashSet(StringComparer.Ordinal);
        var there = change.Apps.Where(app => app.Kind != AppChangeKind.Remove).Select(app => app.AppId)
            .Concat(change.Groups.Where(group => !group.Remove).Select(group => group.Path)).ToList();
        var known = there.Concat(there.SelectMany(AppPath.Ancestors))
            .Concat(tree?.Apps.Keys.Where(app => !removed.Contains(app)) ?? [])
            .Concat(tree?.Groups.Keys.Where(group => !removed.Contains(group)) ?? [])
            .ToHashSet(StringComparer.Ordinal);
        return dependencies.SelectMany(one => one.Needs.Where(path => !known.Contains(path)).Select(path => $"{one.Path} depends on {path}, which does not exist"));
    }

    /// <summary>A header takes visible ASCII only.</summary>
    private static string Quotable(string text)
    {
        var quotable = new StringBuilder();
        foreach (var c in text.Length > LongestWarning ? text[..LongestWarning] : text)
            quotable.Append(c is '"' or '\\' ? '\'' : c is < ' ' or > '~' ? '?' : c);
        return quotable.ToString();
    }
}
