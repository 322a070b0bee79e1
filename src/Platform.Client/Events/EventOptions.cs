namespace Platform.Client.Events;

/// <summary>Which events to read.</summary>
public sealed record EventOptions
{
    /// <summary>Only events of these types, such as <c>deployment_success</c>; empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Begin after the event with this sequence number, as far as it is kept (0: from the oldest); null: with what happens from now on.</summary>
    public long? After { get; init; }

    /// <summary>Called when the stream is open: what happens from then on is in it. Default null.</summary>
    public Func<Task>? Opened { get; init; }
}
