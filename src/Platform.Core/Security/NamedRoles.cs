using Platform.Core.Apps;

namespace Platform.Core.Security;

/// <summary>
/// Named roles are given as a permission for <c>platform:role:NAME:GROUP</c>, such as <c>platform:role:deployer:/shop</c>, so that what a role
/// means can grow with the product.
/// </summary>
public static class NamedRoles
{
    internal const string Prefix = "platform:role:";

    /// <summary>The permission that stands for a role of a group.</summary>
    /// <param name="role">The role.</param>
    /// <param name="group">The absolute path of a group; operators and administrators are of the root.</param>
    public static Permission Grant(NamedRole role, string group = AppPath.Root) => new($"{Prefix}{Name(role)}:{group}", AccessAction.Full);

    /// <summary>The name, such as <c>deployer</c>.</summary>
    public static string Name(this NamedRole role) => role switch
    {
        NamedRole.Viewer => "viewer",
        NamedRole.Deployer => "deployer",
        NamedRole.Operator => "operator",
        _ => "administrator",
    };

    /// <summary>The role of this name; null: there is none.</summary>
    public static NamedRole? Parse(string name) => name switch
    {
        "viewer" => NamedRole.Viewer,
        "deployer" => NamedRole.Deployer,
        "operator" => NamedRole.Operator,
        "administrator" => NamedRole.Administrator,
        _ => null,
    };

    /// <summary>What the permission allows, in permissions that name no role.</summary>
    public static IEnumerable<Permission> Expand(Permission permission) =>
        Read(permission.Resource) is not var (role, group) ? [permission] : permission.Action == AccessAction.Full ? Of(role, group) : [];

    internal static string? Validate(string resource)
    {
        if (Read(resource) is not var (role, group))
            return $"'{resource}' is no role; roles are platform:role:viewer:/group, deployer, operator and administrator";
        if (role is NamedRole.Operator or NamedRole.Administrator && group != AppPath.Root)
            return $"the role {Name(role)} is of the whole cluster: platform:role:{Name(role)}:/";
        return AppPath.HasValidNames(group) ? null : $"'{group}' is no path of a group";
    }

    private static (NamedRole Role, string Group)? Read(string resource) =>
        resource.StartsWith(Prefix, StringComparison.Ordinal) && resource[Prefix.Length..].Split(':') is [var name, ['/', ..] group]
            && Parse(name) is { } role && AppPath.Canonical(group) == group ? (role, group) : null;

    private static IEnumerable<Permission> Of(NamedRole role, string group) => role switch
    {
        NamedRole.Viewer => Viewer(group),
        NamedRole.Deployer => Viewer(group).Concat(Deployer(group)),
        NamedRole.Operator => Viewer(AppPath.Root).Concat(Operator()),
        _ => [new(ResourceId.Superuser, AccessAction.Full)],
    };

    private static IEnumerable<Permission> Viewer(string group)
    {
        yield return new(ResourceId.Service(group), AccessAction.Read);
        yield return new(ResourceId.Sandbox(group), AccessAction.Read);
        yield return new(JobsOf(group), AccessAction.Read);
        yield return new(ResourceId.SecretList(group), AccessAction.Read);
        if (group != AppPath.Root)
            yield break;
        yield return new(ResourceId.Administration("events"), AccessAction.Read);
        yield return new(ResourceId.Administration("config"), AccessAction.Read);
        yield return new("dcos:mesos:master", AccessAction.Read);
        foreach (var part in (string[])["mesos", "slave", "mesos-dns", "networking", "metadata", "system-health", "system-metrics"])
            yield return new(ResourceId.Operations(part), AccessAction.Read);
    }

    private static IEnumerable<Permission> Deployer(string group)
    {
        yield return new(ResourceId.Service(group), AccessAction.Full);
        yield return new(ResourceId.Container(group), AccessAction.Full);
        yield return new(JobsOf(group), AccessAction.Full);
        yield return new(ResourceId.Secret(group), AccessAction.Full);
    }

    private static IEnumerable<Permission> Operator()
    {
        yield return new("dcos:service", AccessAction.Full);
        yield return new("dcos:mesos", AccessAction.Full);
        foreach (var part in (string[])["mesos", "slave", "mesos-dns", "networking", "metadata", "system-health", "system-metrics", "ca:ro"])
            yield return new(ResourceId.Operations(part), AccessAction.Full);
    }

    private static string JobsOf(string group) => ResourceId.JobPrefix(group) is { } prefix ? ResourceId.Job(prefix) : ResourceId.AllJobs;
}
