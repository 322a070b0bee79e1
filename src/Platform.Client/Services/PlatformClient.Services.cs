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
    public async Task<IReadOnlyList<DnsEntry>> LookUpAsync(string name, CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/dns/" + Uri.EscapeDataString(name), ClientJson.Default.DnsEntryList, null, cancellationToken).ConfigureAwait(false)).Records;

    /// <inheritdoc/>
    public Task<Balancer> GetBalancerAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/api/lb", ClientJson.Default.Balancer, null, cancellationToken);

    /// <inheritdoc/>
    public Task<Ingress> GetIngressAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/api/ingress", ClientJson.Default.Ingress, null, cancellationToken);
}
