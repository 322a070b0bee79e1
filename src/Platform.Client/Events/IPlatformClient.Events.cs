using Platform.Client.Events;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>What happens, as it happens. The stream ends when the control plane goes away; with <see cref="EventOptions.After"/> it is taken up again where it ended.</summary>
    IAsyncEnumerable<PlatformEvent> EventsAsync(EventOptions? options = null, CancellationToken cancellationToken = default);
}
