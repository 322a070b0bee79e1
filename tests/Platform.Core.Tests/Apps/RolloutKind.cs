namespace Platform.Core.Tests.Apps;

/// <summary>How the app of a history is rolled out.</summary>
public enum RolloutKind
{
    /// <summary>By its shares alone.</summary>
    Rolling,

    /// <summary>In steps that a person promotes.</summary>
    Canary,

    /// <summary>In steps that are promoted after a healthy time.</summary>
    TimedCanary,

    /// <summary>All new ones beside all old ones.</summary>
    BlueGreen,

    /// <summary>With persistent volumes.</summary>
    Resident,

    /// <summary>Never two at a time.</summary>
    Single,
}
