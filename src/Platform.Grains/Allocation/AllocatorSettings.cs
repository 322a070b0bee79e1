namespace Platform.Grains.Allocation;

/// <summary>Settings of the allocator grain.</summary>
public sealed class AllocatorSettings
{
    /// <summary>Events that come within this time are looked at together. Default 2 ms.</summary>
    public TimeSpan Batch { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How many tasks of one demand are placed at once, so that the grain answers in between. Default 2,000.</summary>
    public int MostPerRound { get; set; } = 2_000;

    /// <summary>How often owners are asked about places that they may have lost. Default 60 s.</summary>
    public TimeSpan ReviewInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>What the operator decides of offers and fair shares. Default: as in Mesos, but for what <see cref="Core.Allocation.AllocatorOptions"/> says.</summary>
    public Core.Allocation.AllocatorOptions Options { get; set; } = new();

    /// <summary>Which agent wins among equals where an app does not say. Default bin-pack.</summary>
    public Core.Placement.PlacementStrategy Strategy { get; set; } = Core.Placement.PlacementStrategy.BinPack;
}
