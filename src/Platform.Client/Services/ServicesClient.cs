using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Services;

/// <summary>The services of a control plane, their endpoints and names: <see cref="IPlatformClient.Services"/>.</summary>
public sealed class ServicesClient
{
    private readonly Wire wire;

    internal ServicesClient(Wire wire) => this.wire = wire;

    /// <summary>The services that have endpoints, by name.</summary>
    public async Task<IReadOnlyList<ServiceSummary>> ListAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/services", ClientJson.Default.ServiceList, null, cancellationToken).ConfigureAwait(false)).Services;

    /// <summary>A handle of a service; nothing is asked yet.</summary>
    public ServiceHandle Get(string name) => new(wire, name);

    /// <summary>
    /// All endpoints with their labels, for balancers: whole services first, then changes, and once a word that what was not told is not there.
    /// It ends when the control plane goes away. Needs the right to read <c>dcos:adminrouter:ops:networking</c>, because labels hold logins.
    /// </summary>
    public IAsyncEnumerable<EndpointEvent> WatchEndpointsAsync(CancellationToken cancellationToken = default) => WatchEndpointsAsync(new EndpointWatchOptions(), cancellationToken);

    /// <summary>The same in another way: with the right of an agent, with marks to acknowledge.</summary>
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

    /// <summary>Connections go by all that was told before a mark.</summary>
    /// <param name="options">How the balancer follows.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PlatformException">Among others: the control plane that answers does not know the balancer; it is told everything again when it follows anew.</exception>
    public async Task AcknowledgeEndpointsAsync(EndpointWatchOptions options, EndpointMark mark, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mark);
        var path = string.Create(CultureInfo.InvariantCulture, $"{EndpointsPath(options)}/{Uri.EscapeDataString(mark.Balancer)}/{mark.Mark}");
        using var _ = await wire.SendAsync(HttpMethod.Put, path, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Says which of the endpoints that drain in all that this balancer has acknowledged have nothing under way at it: these, and no others. Instances end when
    /// all balancers have said so, or their drain time is over; of one that never says it is not known.
    /// </summary>
    /// <param name="options">How it follows.</param>
    /// <param name="mark">The last mark: it has the balancer's name.</param>
    /// <param name="endpoints">The ids of the endpoints.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReleaseEndpointsAsync(EndpointWatchOptions options, EndpointMark mark, IReadOnlyCollection<string> endpoints, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mark);
        ArgumentNullException.ThrowIfNull(endpoints);
        var body = new JsonObject { ["endpoints"] = new JsonArray([.. endpoints.Select(id => JsonValue.Create(id))]) };
        using var _ = await wire.SendAsync(HttpMethod.Put, $"{EndpointsPath(options)}/{Uri.EscapeDataString(mark.Balancer)}/free", body, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Somebody has come to a service without instances: its app gets as many as its labels say. For balancers that follow with the right of an agent.</summary>
    /// <exception cref="PlatformException">Among others: nothing of it sleeps.</exception>
    public async Task WakeAsync(string service, CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Put, $"/api/agents/endpoints/{Uri.EscapeDataString(service)}/wake", null, cancellationToken).ConfigureAwait(false);
    }

    private static string EndpointsPath(EndpointWatchOptions options) => options.IsAgent ? "/api/agents/endpoints" : "/api/endpoints";

    /// <summary>The records of DNS under a name, and the addresses of the hosts that they name.</summary>
    public async Task<IReadOnlyList<DnsEntry>> LookUpAsync(string name, CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/dns/" + Uri.EscapeDataString(name), ClientJson.Default.DnsEntryList, null, cancellationToken).ConfigureAwait(false)).Records;

    /// <summary>The balancer of virtual addresses on the machine of the control plane that answers.</summary>
    public Task<Balancer> GetBalancerAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/api/lb", ClientJson.Default.Balancer, null, cancellationToken);

    /// <summary>The HTTP ingress of the control plane that answers.</summary>
    public Task<Ingress> GetIngressAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/api/ingress", ClientJson.Default.Ingress, null, cancellationToken);
}
