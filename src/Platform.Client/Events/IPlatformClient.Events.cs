using Platform.Client.Events;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>What happens, as it happens. The stream ends when the control plane goes away, unless it is to <see cref="EventOptions.Resume"/>.</summary>
    IAsyncEnumerable<PlatformEvent> EventsAsync(EventOptions? options = null, CancellationToken cancellationToken = default);
}
