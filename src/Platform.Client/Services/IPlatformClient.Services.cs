using Platform.Client.Services;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>The services that have endpoints, by name.</summary>
    Task<IReadOnlyList<ServiceSummary>> ListServicesAsync(CancellationToken cancellationToken = default);

    /// <summary>A handle of a service; nothing is asked yet.</summary>
    ServiceHandle GetService(string name);

    /// <summary>
    /// All endpoints with their labels, for balancers: whole services first, then changes, and once a word that what was not told is not there.
    /// It ends when the control plane goes away. Needs the right to read <c>dcos:adminrouter:ops:networking</c>, because labels hold logins.
    /// </summary>
    IAsyncEnumerable<EndpointEvent> WatchEndpointsAsync(CancellationToken cancellationToken = default);

    /// <summary>The records of DNS under a name, and the addresses of the hosts that they name.</summary>
    Task<IReadOnlyList<DnsEntry>> LookUpAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The balancer of virtual addresses on the machine of the control plane that answers.</summary>
    Task<Balancer> GetBalancerAsync(CancellationToken cancellationToken = default);

    /// <summary>The HTTP ingress of the control plane that answers.</summary>
    Task<Ingress> GetIngressAsync(CancellationToken cancellationToken = default);
}
