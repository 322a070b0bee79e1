using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>A framework or an owner of demands within one role: the holder of resources, and the unit of fairness inside the role.</summary>
internal sealed class RoleClient(RoleNode role, string name, FrameworkEntry? framework)
{
    internal RoleNode Role { get; } = role;

    internal string Name { get; } = name;

    /// <summary>The framework; null for an owner of demands.</summary>
    internal FrameworkEntry? Framework { get; } = framework;

    internal SorterClient Sorted { get; set; } = null!;

    /// <summary>How many agents it holds something on.</summary>
    internal int AgentCount { get; set; }

    /// <summary>Filters of an older generation are void.</summary>
    internal int FilterGeneration { get; set; }

    /// <summary>Whether the framework is still subscribed to the role, or the owner still has demands; it is forgotten when not and nothing is held.</summary>
    internal bool IsWanted { get; set; } = true;

    /// <summary>The demands of an owner, in the order in which they are served; null for frameworks and owners without any.</summary>
    internal List<DemandEntry>? Demands { get; set; }

    /// <summary>Set while the owner has nothing more to place in this round.</summary>
    internal bool IsServed { get; set; }
}
