using MudBlazor;

namespace Platform.Dashboard.Layout;

/// <summary>A page of the navigation.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Path">Its address.</param>
/// <param name="Icon">Its sign.</param>
/// <param name="Key">The letter that goes there after g.</param>
internal sealed record Place(string Title, string Path, string Icon, string Key);

/// <summary>The pages of the navigation.</summary>
internal static class Places
{
    internal static IReadOnlyList<Place> All { get; } =
    [
        new("Overview", "/", Icons.Material.Outlined.Dashboard, "o"),
        new("Apps", "/ui/apps", Icons.Material.Outlined.Apps, "a"),
        new("Deployments", "/ui/deployments", Icons.Material.Outlined.RocketLaunch, "d"),
        new("Agents", "/ui/agents", Icons.Material.Outlined.Dns, "n"),
        new("Roles", "/ui/roles", Icons.Material.Outlined.PieChartOutline, "r"),
        new("Secrets", "/ui/secrets", Icons.Material.Outlined.Key, "s"),
        new("Events", "/ui/events", Icons.Material.Outlined.Timeline, "e"),
    ];

    /// <summary>The address of an app's page.</summary>
    internal static string App(string id) => "/ui/app" + string.Join('/', id.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The address of an agent's page.</summary>
    internal static string Agent(string id) => "/ui/agents/" + Uri.EscapeDataString(id);

    /// <summary>The address of a deployment's page.</summary>
    internal static string Deployment(string id) => "/ui/deployments/" + Uri.EscapeDataString(id);
}
