namespace Platform.Core.Apps;

/// <summary>What an app does when a secret that it uses gets a new value.</summary>
public enum SecretChange
{
    /// <summary>Nothing: tasks that start later have the new value. The default, as DC/OS did.</summary>
    None,

    /// <summary>Its tasks get the new value in their files, and a signal.</summary>
    Signal,

    /// <summary>Its instances are replaced, by its upgrade strategy.</summary>
    Restart,
}
