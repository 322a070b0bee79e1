namespace Platform.Core.Placement;

/// <summary>The node pools that always exist.</summary>
public static class NodePools
{
    /// <summary>Where agents belong that name no pool.</summary>
    public const string Default = "default";

    /// <summary>Every pool; only for demands.</summary>
    public const string All = "all";
}
