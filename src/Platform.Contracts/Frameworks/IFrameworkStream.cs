using Platform.Core.Collections;

namespace Platform.Contracts.Frameworks;

/// <summary>The open stream of one framework, held by the silo that it subscribed at.</summary>
public interface IFrameworkStream : IGrainObserver
{
    /// <summary>Sends events. A stream whose client does not read is ended.</summary>
    [OneWay]
    Task SendAsync(ValueList<FrameworkEvent> events);

    /// <summary>Ends the stream, with a last word for the scheduler.</summary>
    [OneWay]
    Task CloseAsync(string error);
}
