namespace Platform.Grains.Events;

/// <summary>Settings of the event log.</summary>
public sealed class EventLogOptions
{
    /// <summary>Events that are kept. Default 100,000.</summary>
    public int Retention { get; set; } = 100_000;

    /// <summary>An observer that does not subscribe again within this time is told no more. Default 3 minutes.</summary>
    public TimeSpan SubscriptionLifetime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How soon events that could not be stored are written again. Default 1 s.</summary>
    public TimeSpan WriteAgainAfter { get; set; } = TimeSpan.FromSeconds(1);
}
