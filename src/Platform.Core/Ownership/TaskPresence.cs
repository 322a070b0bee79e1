namespace Platform.Core.Ownership;

/// <summary>Whether an agent has a task.</summary>
public enum TaskPresence
{
    /// <summary>It reports it.</summary>
    Present,

    /// <summary>Its launch has not been answered yet.</summary>
    Launching,

    /// <summary>It was sent on the session that reports, and may come with the next report.</summary>
    Sent,

    /// <summary>It came back without it.</summary>
    Lost,
}
