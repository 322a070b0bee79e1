namespace Platform.GrainRuntime;

/// <summary>When a reminder ticked.</summary>
/// <param name="firstTickTime">When it was first due, UTC.</param>
/// <param name="period">From one tick to the next.</param>
/// <param name="timeStamp">The time of this tick, UTC.</param>
[GenerateSerializer, Immutable]
public readonly struct TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
{
    /// <summary>When it was first due, UTC.</summary>
    [Id(0)]
    public DateTime FirstTickTime { get; } = firstTickTime;

    /// <summary>From one tick to the next.</summary>
    [Id(1)]
    public TimeSpan Period { get; } = period;

    /// <summary>The time of this tick, UTC.</summary>
    [Id(2)]
    public DateTime CurrentTickTime { get; } = timeStamp;

    /// <inheritdoc/>
    public override string ToString() => $"<{FirstTickTime:O}, {Period}, {CurrentTickTime:O}>";
}
