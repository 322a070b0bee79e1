using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
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
    public IAsyncEnumerable<EndpointEvent> WatchEndpointsAsync(CancellationToken cancellationToken = default) => WatchEndpointsAsync(new EndpointWatchOptions(), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<EndpointEvent> WatchEndpointsAsync(EndpointWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var path = EndpointsPath(options) + Wire.Query(("acknowledge", Wire.Flag(options.Acknowledges)), ("nodes", Wire.Flag(options.WantsNodes)));
        await foreach (var item in wire.EventsAsync(path, cancellationToken).ConfigureAwait(false))
        {
            yield return item.EventType switch
            {
                "snapshot" => new(EndpointEventKind.Snapshot, JsonSerializer.Deserialize(item.Data, ClientJson.Default.ServiceChange)),
                "change" => new(EndpointEventKind.Change, JsonSerializer.Deserialize(item.Data, ClientJson.Default.ServiceChange)),
                "complete" => new(EndpointEventKind.Complete, null),
                "mark" => new(EndpointEventKind.Mark, null) { Mark = JsonSerializer.Deserialize(item.Data, ClientJson.Default.EndpointMark) },
                "nodes" => new(EndpointEventKind.Nodes, null) { Nodes = JsonSerializer.Deserialize(item.Data, ClientJson.Default.ClusterNodes) },
                _ => new(EndpointEventKind.Alive, null),
            };
        }
    }

    /// <inheritdoc/>
    public async Task AcknowledgeEndpointsAsync(EndpointWatchOptions options, EndpointMark mark, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mark);
        var path = string.Create(CultureInfo.InvariantCulture, $"{EndpointsPath(options)}/{Uri.EscapeDataString(mark.Balancer)}/{mark.Mark}");
        using var _ = await wire.SendAsync(HttpMethod.Put, path, null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReleaseEndpointsAsync(EndpointWatchOptions options, EndpointMark mark, IReadOnlyCollection<string> endpoints, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mark);
        ArgumentNullException.ThrowIfNull(endpoints);
        var body = new JsonObject { ["endpoints"] = new JsonArray([.. endpoints.Select(id => JsonValue.Create(id))]) };
        using var _ = await wire.SendAsync(HttpMethod.Put, $"{EndpointsPath(options)}/{Uri.EscapeDataString(mark.Balancer)}/free", body, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task WakeServiceAsync(string service, CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Put, $"/api/agents/endpoints/{Uri.EscapeDataString(service)}/wake", null, cancellationToken).ConfigureAwait(false);
    }

    private static string EndpointsPath(EndpointWatchOptions options) => options.IsAgent ? "/api/agents/endpoints" : "/api/endpoints";

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
