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

    /// <summary>The same in another way: with the right of an agent, with marks to acknowledge.</summary>
    IAsyncEnumerable<EndpointEvent> WatchEndpointsAsync(EndpointWatchOptions options, CancellationToken cancellationToken = default);

    /// <summary>Connections go by all that was told before a mark.</summary>
    /// <param name="options">How the balancer follows.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PlatformException">Among others: the control plane that answers does not know the balancer; it is told everything again when it follows anew.</exception>
    Task AcknowledgeEndpointsAsync(EndpointWatchOptions options, EndpointMark mark, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says which of the endpoints that drain in all that this balancer has acknowledged have nothing under way at it: these, and no others. Instances end when
    /// all balancers have said so, or their drain time is over; of one that never says it is not known.
    /// </summary>
    /// <param name="options">How it follows.</param>
    /// <param name="mark">The last mark: it has the balancer's name.</param>
    /// <param name="endpoints">The ids of the endpoints.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task ReleaseEndpointsAsync(EndpointWatchOptions options, EndpointMark mark, IReadOnlyCollection<string> endpoints, CancellationToken cancellationToken = default);

    /// <summary>Somebody has come to a service without instances: its app gets as many as its labels say. For balancers that follow with the right of an agent.</summary>
    /// <exception cref="PlatformException">Among others: nothing of it sleeps.</exception>
    Task WakeServiceAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>The records of DNS under a name, and the addresses of the hosts that they name.</summary>
    Task<IReadOnlyList<DnsEntry>> LookUpAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The balancer of virtual addresses on the machine of the control plane that answers.</summary>
    Task<Balancer> GetBalancerAsync(CancellationToken cancellationToken = default);

    /// <summary>The HTTP ingress of the control plane that answers.</summary>
    Task<Ingress> GetIngressAsync(CancellationToken cancellationToken = default);
}
