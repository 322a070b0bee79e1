using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>The roles that an app may have: the default one, that of its top-level group, and the one it has. If the group enforces its role, the default one is not among them.</summary>
internal static class RoleRules
{
    public static AppDefinitionContext For(string appId, AppVersion? standing, GroupTree? tree, MarathonOptions options, string group = AppPath.Root)
    {
        var role = options.DefaultRole;
        var valid = new List<string>();
        if (AppPath.TopLevelGroup(appId) is { } top)
        {
            if (tree?.Groups.Find("/" + top)?.EnforceRole == true)
                role = top;
            else
                valid.Add(options.DefaultRole);
            valid.Add(top);
        }
        else
        {
            valid.Add(options.DefaultRole);
        }
        if (standing is not null && !valid.Contains(standing.Spec.Role))
            valid.Add(standing.Spec.Role);
        return new() { Group = group, DefaultRole = role, ValidRoles = valid, DefaultNetworkName = options.DefaultNetworkName };
    }
}
