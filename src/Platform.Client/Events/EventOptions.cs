namespace Platform.Client.Events;

/// <summary>Which events to read.</summary>
public sealed record EventOptions
{
    /// <summary>Only events of these types, such as <c>deployment_success</c>; empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Begin after the event with this sequence number, as far as it is kept (0: from the oldest); null: with what happens from now on.</summary>
    public long? After { get; init; }

    /// <summary>
    /// When the control plane goes away, wait until it is back and go on after the last event, as far as events are kept. A control plane that
    /// cannot be reached at the beginning is an error nevertheless. Who may not see all events and gives no <see cref="After"/> can miss what
    /// happens while it is away before the first event was seen. Default false: the stream ends.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Called when the stream is open, each time that it is: what happens from then on is in it. Default null.</summary>
    public Func<Task>? Opened { get; init; }
}
