namespace Platform.Core.Agents;

/// <summary>
/// The versions of the protocol of agents' sessions that this build speaks. Both sides tell theirs, and the newest that both speak is used: so control planes
/// and agents can be upgraded one after the other, in either order, and nobody is turned away for good.
/// </summary>
public static class AgentProtocol
{
    /// <summary>The oldest version that is still spoken: that of the release before, at least.</summary>
    public const int Oldest = 1;

    /// <summary>The version that this build speaks with its like.</summary>
    public const int Newest = 1;

    /// <summary>The newest version that both speak, or null if there is none.</summary>
    /// <param name="oldest">The oldest that the other side speaks; 0 if it did not say, which is the same as <paramref name="newest"/>.</param>
    /// <param name="newest">The newest that the other side speaks.</param>
    /// <param name="ownOldest">The oldest of this side.</param>
    /// <param name="ownNewest">The newest of this side.</param>
    public static int? Agree(int oldest, int newest, int ownOldest = Oldest, int ownNewest = Newest)
    {
        var common = Math.Min(newest, ownNewest);
        return common >= Math.Max(oldest == 0 ? newest : oldest, ownOldest) ? common : null;
    }
}
