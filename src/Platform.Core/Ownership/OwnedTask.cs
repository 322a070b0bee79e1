namespace Platform.Core.Ownership;

/// <summary>A task in its owner's memory: its record, and what need not survive the activation.</summary>
/// <typeparam name="TTask">The record.</typeparam>
public sealed class OwnedTask<TTask>
    where TTask : class, IOwnedTask<TTask>
{
    /// <summary>The epoch of a launch that is on its way.</summary>
    public const long Launching = long.MaxValue;

    private object? _shown;

    internal OwnedTask(TTask state) => State = state;

    /// <summary>The record.</summary>
    public TTask State { get; private set; }

    /// <summary>The agent's session that the launch was sent on; 0: not known, as when an earlier activation sent it.</summary>
    public long LaunchEpoch { get; set; }

    /// <summary>The number of its launch among those of this activation; 0: this activation did not launch it.</summary>
    public long LaunchNumber { get; set; }

    /// <summary>When the last kill was sent; null: none by this activation.</summary>
    public DateTimeOffset? KillSentAt { get; set; }

    /// <summary>A picture of the record for readers, made again only after a change.</summary>
    public TView Show<TView>(Func<TTask, TView> draw)
        where TView : class => (TView)(_shown ??= draw(State));

    internal void Become(TTask state)
    {
        State = state;
        _shown = null;
    }
}
