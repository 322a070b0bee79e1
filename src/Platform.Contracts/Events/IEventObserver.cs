using Platform.Core.Collections;

namespace Platform.Contracts.Events;

/// <summary>Somebody who wants to know of events.</summary>
[Alias("Platform.IEventObserver")]
public interface IEventObserver : IGrainObserver
{
    /// <summary>New events, in order. One that was missed shows as a gap in the sequence numbers and can be read.</summary>
    [OneWay, Alias("Events")]
    Task EventsAsync(ValueList<PlatformEvent> events);
}
