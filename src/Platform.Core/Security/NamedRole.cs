namespace Platform.Core.Security;

/// <summary>Permissions that belong together, under a name that people understand.</summary>
public enum NamedRole
{
    /// <summary>Sees the apps, jobs and logs of a group and changes nothing.</summary>
    Viewer,

    /// <summary>Does everything with the apps, jobs and secrets of a group.</summary>
    Deployer,

    /// <summary>Does everything with apps, jobs and agents of the whole cluster; gives no rights and uses no secrets.</summary>
    Operator,

    /// <summary>Everything.</summary>
    Administrator,
}
