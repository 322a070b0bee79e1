namespace Platform.Core.Security;

/// <summary>What an identity is.</summary>
public enum IdentityKind
{
    /// <summary>Nobody has logged in.</summary>
    Anonymous,

    /// <summary>Everybody, in a control plane that asks nobody to log in.</summary>
    Local,

    /// <summary>A person.</summary>
    User,

    /// <summary>A program with a key of its own.</summary>
    Service,

    /// <summary>A machine of the cluster.</summary>
    Agent,

    /// <summary>A task that runs in the cluster.</summary>
    Task,
}
