using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Client.Http;
using Platform.Client.Services;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceSummary>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/services", ClientJson.Default.ServiceList, null, cancellationToken).ConfigureAwait(false)).Services;

    /// <inheritdoc/>
    public ServiceHandle GetService(string name) => new(wire, name);

    /// <inheritdoc/>
    public async IAsyncEnumerable<EndpointEvent> WatchEndpointsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in wire.EventsAsync("/api/endpoints", cancellationToken).ConfigureAwait(false))
        {
            var kind = item.EventType switch
            {
                "snapshot" => EndpointEventKind.Snapshot,
                "change" => EndpointEventKind.Change,
                "complete" => EndpointEventKind.Complete,
                _ => EndpointEventKind.Alive,
            };
            yield return kind is EndpointEventKind.Snapshot or EndpointEventKind.Change
                ? new(kind, JsonSerializer.Deserialize(item.Data, ClientJson.Default.ServiceChange))
                : new(kind, null);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DnsEntry>> LookUpAsync(string name, CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/dns/" + Uri.EscapeDataString(name), ClientJson.Default.DnsEntryList, null, cancellationToken).ConfigureAwait(false)).Records;

    /// <inheritdoc/>
    public Task<Balancer> GetBalancerAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/api/lb", ClientJson.Default.Balancer, null, cancellationToken);

    /// <inheritdoc/>
    public Task<Ingress> GetIngressAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/api/ingress", ClientJson.Default.Ingress, null, cancellationToken);
}
