using MudBlazor;
using Platform.Core.Security;

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
        new("Jobs", "/ui/jobs", Icons.Material.Outlined.Schedule, "j"),
        new("Services", "/ui/services", Icons.Material.Outlined.Hub, "v"),
        new("Deployments", "/ui/deployments", Icons.Material.Outlined.RocketLaunch, "d"),
        new("Agents", "/ui/agents", Icons.Material.Outlined.Dns, "n"),
        new("Frameworks", "/ui/frameworks", Icons.Material.Outlined.Extension, "f"),
        new("Roles", "/ui/roles", Icons.Material.Outlined.PieChartOutline, "r"),
        new("Secrets", "/ui/secrets", Icons.Material.Outlined.Key, "s"),
        new("Users", "/ui/users", Icons.Material.Outlined.PeopleOutline, "u"),
        new("Audit log", "/ui/audit", Icons.Material.Outlined.FactCheck, "l"),
        new("Settings", "/ui/settings", Icons.Material.Outlined.Settings, "t"),
        new("Events", "/ui/events", Icons.Material.Outlined.Timeline, "e"),
    ];

    /// <summary>Whether somebody can see anything there.</summary>
    internal static bool IsFor(Place place, AccessRights rights) => place.Path switch
    {
        "/ui/users" => rights.Allows(AccessAction.Read, ResourceId.Identities),
        "/ui/audit" => rights.Allows(AccessAction.Read, ResourceId.Audit),
        "/ui/settings" => rights.Allows(AccessAction.Read, ResourceId.Administration("config")),
        "/ui/agents" => rights.Allows(AccessAction.Read, ResourceId.Operations("slave")),
        "/ui/frameworks" or "/ui/roles" => rights.Allows(AccessAction.Read, ResourceId.Operations("mesos")),
        _ => true,
    };

    /// <summary>The address of an account's page.</summary>
    internal static string User(string uid) => "/ui/users/" + Uri.EscapeDataString(uid);

    /// <summary>The address of a group's page.</summary>
    internal static string Group(string gid) => "/ui/groups/" + Uri.EscapeDataString(gid);

    /// <summary>The address of an app's page.</summary>
    internal static string App(string id) => "/ui/app" + string.Join('/', id.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The address of a job's page.</summary>
    internal static string Job(string id) => "/ui/jobs/" + Uri.EscapeDataString(id);

    /// <summary>The address of a run's page.</summary>
    internal static string Run(string job, string run) => $"{Job(job)}/runs/{Uri.EscapeDataString(run)}";

    /// <summary>The address of a service's page.</summary>
    internal static string Service(string name) => "/ui/services/" + Uri.EscapeDataString(name);

    /// <summary>The address of a framework's page.</summary>
    internal static string Framework(string id) => "/ui/frameworks/" + Uri.EscapeDataString(id);

    /// <summary>The address of an agent's page.</summary>
    internal static string Agent(string id) => "/ui/agents/" + Uri.EscapeDataString(id);

    /// <summary>The address of a deployment's page.</summary>
    internal static string Deployment(string id) => "/ui/deployments/" + Uri.EscapeDataString(id);
}
