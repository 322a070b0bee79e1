namespace Platform.Core.Placement;

/// <summary>How good the best agent of a cell is: evenness of GROUP_BY first, then preferences, then fullness, then the agent's number (negative when the emptiest is wanted).</summary>
internal readonly record struct CellKey(long Groups, long Preferences, long Rank, int Agent) : IComparable<CellKey>
{
    /// <summary>The better key comes first.</summary>
    public int CompareTo(CellKey other)
    {
        if (Groups != other.Groups) return Groups > other.Groups ? -1 : 1;
        if (Preferences != other.Preferences) return Preferences > other.Preferences ? -1 : 1;
        if (Rank != other.Rank) return Rank > other.Rank ? -1 : 1;
        return Agent.CompareTo(other.Agent);
    }
}
