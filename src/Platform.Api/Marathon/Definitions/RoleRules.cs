using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>The roles that an app may have: the default one, that of its top-level group, and the one it has. If the group enforces its role, the default one is not among them.</summary>
internal static class RoleRules
{
    public static AppDefinitionContext For(string appId, AppVersion? standing, Surroundings around, string group = AppPath.Root)
    {
        var top = AppPath.TopLevelGroup(appId);
        return For(top, top is not null && around.Tree?.Groups.Find("/" + top)?.EnforceRole == true, standing, around, group);
    }

    /// <param name="top">The top-level group, or null.</param>
    /// <param name="enforce">It enforces its role.</param>
    /// <param name="standing">The app as it stands, or null.</param>
    /// <param name="around">What it is read in.</param>
    /// <param name="group">The group that ids are seen from.</param>
    public static AppDefinitionContext For(string? top, bool enforce, AppVersion? standing, Surroundings around, string group)
    {
        var options = around.Options;
        var role = options.DefaultRole;
        var valid = new List<string>();
        if (top is not null)
        {
            if (enforce)
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
        return new()
        {
            Group = group,
            DefaultRole = role,
            ValidRoles = valid,
            DefaultAcceptedResourceRoles = options.DefaultAcceptedResourceRoles,
            // What the app has it may keep, also while no agent of that role is there.
            AgentRoles = standing is null ? around.AgentRoles : [.. around.AgentRoles, .. standing.Spec.AcceptedResourceRoles],
            DefaultNetworkName = options.DefaultNetworkName,
        };
    }
}
