using Platform.Core.Collections;

namespace Platform.Contracts.Frameworks;

/// <summary>The open stream of one framework, held by the silo that it subscribed at.</summary>
[Alias("Platform.IFrameworkStream")]
public interface IFrameworkStream : IGrainObserver
{
    /// <summary>Sends events. A stream whose client does not read is ended.</summary>
    [OneWay, Alias("Send")]
    Task SendAsync(ValueList<FrameworkEvent> events);

    /// <summary>Ends the stream, with a last word for the scheduler.</summary>
    [OneWay, Alias("Close")]
    Task CloseAsync(string error);
}
