namespace Platform.Core.Events;

/// <summary>How much of the event log is kept: whatever bound is reached first.</summary>
public sealed record EventRetention
{
    // A little more is kept, so that not every write trims.
    private const double Slack = 1.02;

    /// <summary>How long. Default 24 h.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How much, bytes as they are stored. Default 1 GiB.</summary>
    public long Bytes { get; init; } = 1L << 30;

    /// <summary>How many. Default: as many as there are.</summary>
    public long Count { get; init; } = long.MaxValue;

    /// <summary>Whether an event is to be kept.</summary>
    /// <param name="one">The event.</param>
    /// <param name="next">Where the next event will be; its time is now.</param>
    public bool Keeps(EventPlace one, EventPlace next) => IsWithin(one, next, 1);

    /// <summary>Whether it is time to drop some: the oldest is beyond a bound by a fiftieth.</summary>
    /// <param name="oldest">The oldest event that is kept.</param>
    /// <param name="next">Where the next event will be; its time is now.</param>
    public bool IsDue(EventPlace oldest, EventPlace next) => !IsWithin(oldest, next, Slack);

    private bool IsWithin(EventPlace one, EventPlace next, double slack) =>
        next.TakenAt - one.TakenAt <= For * slack && next.Position - one.Position <= Bytes * slack && next.Sequence - one.Sequence <= Count * slack;
}

/// <summary>Where an event is in the log.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="Position">The size of all before it, bytes.</param>
/// <param name="TakenAt">When the log took it.</param>
public readonly record struct EventPlace(long Sequence, long Position, DateTimeOffset TakenAt);
