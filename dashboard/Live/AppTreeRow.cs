using Platform.Core.Apps;

namespace Platform.Dashboard.Live;

/// <summary>One line of the list of apps: a group, or an app.</summary>
/// <param name="Key">The group's or the app's path.</param>
/// <param name="Name">What is shown.</param>
/// <param name="Depth">How far it is set in.</param>
/// <param name="App">The app; null: it is a group.</param>
/// <param name="IsOpen">The group shows what is in it.</param>
/// <param name="Apps">How many apps the group has, those of its groups included.</param>
/// <param name="Worst">The worst condition of any of them.</param>
public sealed record AppTreeRow(string Key, string Name, int Depth, AppSummary? App, bool IsOpen, int Apps, AppCondition Worst)
{
    /// <summary>An app by its whole path.</summary>
    public static AppTreeRow Flat(AppSummary app) => new(app.Id, app.Id, 0, app, false, 1, app.Condition);

    /// <summary>The lines of a tree in which apps stand below their groups. Everything is one pass over apps in the order of their paths.</summary>
    /// <param name="apps">The apps that are shown, in the order of their paths.</param>
    /// <param name="groups">All groups.</param>
    /// <param name="closed">Groups that do not show what is in them.</param>
    /// <param name="isFiltered">Groups without an app that is shown are left out.</param>
    public static List<AppTreeRow> Tree(IReadOnlyList<AppSummary> apps, IReadOnlyList<string> groups, IReadOnlySet<string> closed, bool isFiltered)
    {
        var below = new Dictionary<string, (int Count, AppCondition Worst)>(StringComparer.Ordinal);
        foreach (var app in apps)
        {
            for (var group = AppPath.Parent(app.Id); group != AppPath.Root; group = AppPath.Parent(group))
            {
                var (count, worst) = below.GetValueOrDefault(group, (0, AppCondition.Suspended));
                below[group] = (count + 1, app.Condition < worst ? app.Condition : worst);
            }
        }

        var lines = apps.Select(app => (Path: app.Id, App: (AppSummary?)app))
            .Concat((isFiltered ? below.Keys : groups.Concat(below.Keys).Distinct(StringComparer.Ordinal)).Where(group => group != AppPath.Root).Select(group => (Path: group, App: (AppSummary?)null)))
            // A slash sorts before everything, so that a group's content follows it at once.
            .OrderBy(line => line.Path.Replace('/', '\u0001'), StringComparer.Ordinal);
        var rows = new List<AppTreeRow>();
        string? hidden = null;
        foreach (var (path, app) in lines)
        {
            if (hidden is not null && path.StartsWith(hidden, StringComparison.Ordinal))
                continue;
            hidden = null;
            var depth = path.Count(letter => letter == '/') - 1;
            if (app is not null)
            {
                rows.Add(new(path, AppPath.Name(path), depth, app, false, 1, app.Condition));
                continue;
            }

            var (count, worst) = below.GetValueOrDefault(path, (0, AppCondition.Suspended));
            var isOpen = !closed.Contains(path);
            rows.Add(new(path, AppPath.Name(path), depth, null, isOpen, count, worst));
            if (!isOpen)
                hidden = path + "/";
        }
        return rows;
    }
}
