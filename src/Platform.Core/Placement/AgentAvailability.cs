namespace Platform.Core.Placement;

/// <summary>Whether new tasks may go to an agent.</summary>
public enum AgentAvailability
{
    /// <summary>They may.</summary>
    Active,

    /// <summary>Its tasks are being moved away.</summary>
    Draining,

    /// <summary>Its tasks stay, and no new ones come.</summary>
    Deactivated,

    /// <summary>It does not answer.</summary>
    Unreachable,
}
