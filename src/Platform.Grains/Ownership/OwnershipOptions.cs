namespace Platform.Grains.Ownership;

/// <summary>Settings of everything that owns tasks.</summary>
public sealed class OwnershipOptions
{
    /// <summary>A kill that has not ended a task this long after its grace is sent again. Default 10 s.</summary>
    public TimeSpan KillRetry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an agent that has not dialed in since the start, or did not answer, is asked again for its tasks. Default 2 s.</summary>
    public TimeSpan RecoveryPoll { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How soon the allocator is asked again when it did not answer. Default 1 s.</summary>
    public TimeSpan AllocatorRetry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long tasks wait for what the first of them finds out, such as what its image is, before they find it out by themselves. Default 10 s.</summary>
    public TimeSpan LongestHold { get; set; } = TimeSpan.FromSeconds(10);
}
