namespace Platform.Core.Placement;

/// <summary>Which of the agents that can run a task gets it, when preferences leave a choice.</summary>
public enum PlacementStrategy
{
    /// <summary>What the pool has as its default (bin-pack unless set).</summary>
    Default,

    /// <summary>The fullest agent, so that large tasks find room and machines can be emptied.</summary>
    BinPack,

    /// <summary>The emptiest agent, so that load is even.</summary>
    Spread,
}
