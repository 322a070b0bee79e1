using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>A persistent volume and what its owner is charged for it; nothing while its agent is unknown.</summary>
internal sealed class HeldVolume(PersistentVolume volume)
{
    internal PersistentVolume Volume { get; } = volume;

    /// <summary>Null while the agent is unknown.</summary>
    internal AgentEntry? Agent { get; set; }

    internal RoleClient? Client { get; set; }

    internal Resources Resources { get; set; } = Resources.Empty;
}
