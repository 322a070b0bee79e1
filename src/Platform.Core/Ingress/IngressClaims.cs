using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>Which of the routes that ask for the same place gets it: a host and path, or a service port. The others are told who has it.</summary>
public sealed class IngressClaims
{
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);

    private IngressClaims(IReadOnlyList<IngressClaim> http, IReadOnlyDictionary<int, IngressRoute> ports) => (Http, Ports) = (http, ports);

    /// <summary>Routes of requests with the hosts that each of them got, the most important first. A host of <c>""</c> is any.</summary>
    public IReadOnlyList<IngressClaim> Http { get; }

    /// <summary>Routes of other protocols by the service port that each of them got.</summary>
    public IReadOnlyDictionary<int, IngressRoute> Ports { get; }

    /// <summary>What a route did not get, and why, by its id; one without problems is not among them.</summary>
    public IReadOnlyDictionary<string, string> Problems => _problems;

    /// <summary>Gives each host and path to the route with the greatest priority, then to the first by id, and each service port to the first by id.</summary>
    public static IngressClaims Of(IEnumerable<IngressRoute> routes)
    {
        var all = routes.OrderBy(route => route.Id, StringComparer.Ordinal).ToList();
        var owners = new Dictionary<(string Host, string Path), IngressRoute>();
        var (http, ports) = (new List<IngressClaim>(), new Dictionary<int, IngressRoute>());
        var claims = new IngressClaims(http, ports);
        foreach (var route in all.Where(AsksForRequests).OrderByDescending(route => route.Rule.Priority))
        {
            var hosts = new List<string>();
            foreach (var host in route.Rule.Hosts.IsEmpty ? [""] : (IEnumerable<string>)route.Rule.Hosts)
            {
                // Paths are compared as routers do.
                var place = (host, (route.Rule.Path ?? "").ToLowerInvariant());
                if (owners.TryAdd(place, route))
                    hosts.Add(host);
                else if (owners[place] != route)
                    claims.Tell(route, $"{host}{route.Rule.Path} is served for {owners[place].Service} already");
            }
            http.Add(new(route, hosts.ToValueList()));
        }
        foreach (var route in all.Where(route => route.Rule is { Mode: IngressMode.Tcp, ServicePort: > 0 }))
        {
            if (!ports.TryAdd(route.Rule.ServicePort, route))
                claims.Tell(route, $"service port {route.Rule.ServicePort} is that of {ports[route.Rule.ServicePort].Service} already");
        }
        return claims;
    }

    private static bool AsksForRequests(IngressRoute route) => route.Rule.Mode == IngressMode.Http && (!route.Rule.Hosts.IsEmpty || route.Rule.Path is not null);

    private void Tell(IngressRoute route, string problem) => _problems[route.Id] = _problems.TryGetValue(route.Id, out var others) ? $"{others}; {problem}" : problem;
}
