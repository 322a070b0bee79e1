using Platform.Core.Events;

namespace Platform.Grains.Events;

/// <summary>Settings of the event log.</summary>
public sealed class EventLogOptions
{
    /// <summary>What is kept. Default 24 hours, or 1 GiB when that is less.</summary>
    public EventRetention Keep { get; set; } = new();

    /// <summary>An observer that does not subscribe again within this time is told no more. Default 3 minutes.</summary>
    public TimeSpan SubscriptionLifetime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>How soon events that could not be stored are written again. Default 1 s.</summary>
    public TimeSpan WriteAgainAfter { get; set; } = TimeSpan.FromSeconds(1);
}
