namespace Platform.Core.Apps;

/// <summary>Counts of an app's instances that every change keeps up to date, so that no report has to count them all.</summary>
public sealed class InstanceTally
{
    /// <summary>How many shall run.</summary>
    public int Active { get; private set; }

    /// <summary>How many of <see cref="Active"/> are healthy and ready.</summary>
    public int Counting { get; private set; }

    /// <summary>How many shall leave their agents.</summary>
    public int Leaving { get; private set; }

    /// <summary>An instance changed.</summary>
    /// <param name="before">Before it; null: it is new.</param>
    /// <param name="after">After it; null: it is gone.</param>
    public void Change(InstanceState? before, InstanceState? after)
    {
        if (before is not null)
            Add(before, -1);
        if (after is not null)
            Add(after, 1);
    }

    private void Add(InstanceState state, int change)
    {
        if (state.Parked || state.Doomed)
            return;
        Active += change;
        if (state.Counts)
            Counting += change;
        if (state.EvictReason is not null)
            Leaving += change;
    }
}
