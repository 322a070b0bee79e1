using Platform.Core.Security;

namespace Platform.Dashboard.Live;

/// <summary>Permissions for people: roles by their names.</summary>
internal static class PermissionText
{
    private const string RolePrefix = "platform:role:";

    /// <summary>Such as <c>deployer of /shop</c>, or <c>read dcos:...</c>.</summary>
    internal static string Of(Permission permission)
    {
        if (permission.Resource == ResourceId.Superuser)
            return "everything";
        return permission.Resource.StartsWith(RolePrefix, StringComparison.Ordinal) && permission.Resource[RolePrefix.Length..].Split(':') is [var name, var group]
            ? group == "/" ? name : $"{name} of {group}"
            : $"{permission.Action.Name()} {permission.Resource}";
    }
}
