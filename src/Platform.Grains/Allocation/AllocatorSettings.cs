namespace Platform.Grains.Allocation;

/// <summary>Settings of the allocator grain.</summary>
public sealed class AllocatorSettings
{
    /// <summary>Events that come within this time are looked at together. Default 2 ms.</summary>
    public TimeSpan Batch { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How often owners are asked about places that they may have lost. Default 60 s.</summary>
    public TimeSpan ReviewInterval { get; set; } = TimeSpan.FromSeconds(60);
}
