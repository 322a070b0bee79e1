using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Contracts.Events;

/// <summary>The ordered, resumable log of everything that happens. Key 0.</summary>
[Alias("Platform.IEventLogGrain")]
public interface IEventLogGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Adds events in this order and gives them their sequence numbers.</summary>
    [OneWay, Alias("Append")]
    Task AppendAsync(ValueList<PlatformEvent> events);

    /// <summary>At most <paramref name="count"/> events from a sequence number on; begins later if those are no longer kept.</summary>
    [AlwaysInterleave, Alias("Read")]
    Task<ValueList<PlatformEvent>> ReadAsync(long fromSequence, int count);

    /// <summary>The sequence numbers that are kept.</summary>
    [AlwaysInterleave, Alias("GetRange")]
    Task<EventLogRange> GetRangeAsync();

    /// <summary>Tells the observer of new events until it is unsubscribed; to be repeated every minute.</summary>
    [AlwaysInterleave, Alias("Subscribe")]
    Task SubscribeAsync(IEventObserver observer);

    /// <summary>Tells the observer no more.</summary>
    [AlwaysInterleave, Alias("Unsubscribe")]
    Task UnsubscribeAsync(IEventObserver observer);
}
