using System.Globalization;
using System.Numerics;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Core.Ingress;

/// <summary>Makes HAProxy's configuration of routes: the same labels as for the ingress give the same answers.</summary>
/// <remarks>Values of labels stand in it as quoted words of characters that were looked at when the labels were read; only templates bring lines, and only if the operator allows them.</remarks>
public static class HaproxyPlanner
{
    /// <summary>HAProxy's greatest weight.</summary>
    private const int MostWeight = 256;

    /// <summary>Where requests end that nobody serves.</summary>
    private const string Unknown = "platform_unknown";

    /// <summary>The plan for these routes.</summary>
    /// <param name="routes">All routes of the registry; those of other groups are left out.</param>
    /// <param name="settings">What the operator says.</param>
    /// <param name="before">The plan that stands: instances keep their places, and backends the number of theirs. Null: none.</param>
    public static HaproxyPlan Plan(IEnumerable<IngressRoute> routes, HaproxySettings settings, HaproxyPlan? before = null)
    {
        var served = routes.Where(route => route.Rule.IsServedBy(settings.Groups)).OrderBy(route => route.Id, StringComparer.Ordinal).ToList();
        var claims = IngressClaims.Of(served);
        var problems = new List<string>();
        problems.AddRange(claims.Problems.Select(problem => $"{problem.Key}: {problem.Value}"));
        var ports = PortsOf(served, claims, settings, problems);
        var reached = claims.Http.Where(claim => !claim.Hosts.IsEmpty).Select(claim => claim.Route.Id).Concat(ports.Values.Select(route => route.Id)).ToHashSet(StringComparer.Ordinal);
        var names = Names(served);
        var known = before?.Backends.ToDictionary(backend => backend.Route, StringComparer.Ordinal) ?? [];
        var sections = new HaproxySections(settings, names, problems);
        var backends = new List<HaproxyBackend>();
        foreach (var route in served.Where(route => reached.Contains(route.Id)))
        {
            var name = names[route.Id];
            var was = known.GetValueOrDefault(route.Id) is { } found && found.Name == name ? found : null;
            var (slots, servers) = Servers(route, was, settings);
            backends.Add(new(name, route.Id, route.AppId, sections.Backend(route), route.Rule is { Sticky: true, Mode: IngressMode.Http }, slots, servers));
        }
        return new()
        {
            Global = HaproxySections.Global(settings),
            Frontends = sections.Frontends(served, claims, ports, Unknown),
            Backends = backends.OrderBy(backend => backend.Name, StringComparer.Ordinal).ToValueList(),
            Hosts = claims.Http.SelectMany(claim => claim.Hosts.Where(host => host.Length > 0).Select(host => (host, names[claim.Route.Id]))).OrderBy(pair => pair.host, StringComparer.Ordinal).ToValueList(),
            ServicePorts = ports.Select(port => HaproxySections.AddressOf(port.Value.Rule, port.Key, settings)).ToValueList(),
            Problems = problems.Distinct().ToValueList(),
        };
    }

    /// <summary>The service ports, as with marathon-lb also those of what is reached by host: bytes first, then the first by id.</summary>
    private static SortedDictionary<int, IngressRoute> PortsOf(List<IngressRoute> routes, IngressClaims claims, HaproxySettings settings, List<string> problems)
    {
        var ports = new SortedDictionary<int, IngressRoute>();
        var taken = settings.Http.Concat(settings.Tls).Select(address => address.Port).ToHashSet();
        foreach (var route in claims.Ports.OrderBy(port => port.Key).Select(port => port.Value).Concat(routes.Where(route => route.Rule is { Mode: IngressMode.Http, ServicePort: > 0 })))
        {
            var port = route.Rule.ServicePort;
            if (port < settings.FirstServicePort || port > settings.LastServicePort || taken.Contains(port))
            {
                if (route.Rule.Mode == IngressMode.Tcp)
                    problems.Add($"{route.Id}: service port {port} is not one that this balancer listens on ({settings.FirstServicePort} to {settings.LastServicePort})");
            }
            else if (settings.RefusedPorts.Contains(port))
            {
                problems.Add($"{route.Id}: service port {port} cannot be listened on; something else on this machine has it, or the rights for it are missing");
            }
            else if (route.Rule.Certificate is { } certificate && !settings.CertificateFiles.Contains(certificate))
            {
                // Never in the clear what is meant to be encrypted.
                problems.Add($"{route.Id}: service port {port} is not listened on; its certificate '{certificate}' is not in the folder of certificates{(settings.Certificates is { } folder ? $" ({folder})" : ", and this balancer has none (--certs)")}");
            }
            else if (!ports.TryAdd(port, route))
            {
                problems.Add($"{route.Id}: service port {port} is that of {ports[port].Service} already");
            }
        }
        return ports;
    }

    /// <summary>marathon-lb's names: the path with underscores, and the service port. Of two alike the second gets more.</summary>
    private static Dictionary<string, string> Names(List<IngressRoute> routes)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Unknown };
        foreach (var route in routes)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{HaproxyText.Name(route.AppId)}_{(route.Rule.ServicePort > 0 ? route.Rule.ServicePort : route.PortIndex)}");
            names[route.Id] = taken.Add(name) ? name : $"{name}_{HaproxyText.Hash(route.Id)}";
            taken.Add(names[route.Id]);
        }
        return names;
    }

    private static (int Slots, ValueList<HaproxyServer> Servers) Servers(IngressRoute route, HaproxyBackend? before, HaproxySettings settings)
    {
        var targets = route.Targets.Where(target => target.State is EndpointState.Ready or EndpointState.Draining).ToList();
        // A fourth is spare, and one, so that the next instance needs no reload.
        var slots = before?.Slots ?? settings.FewestSlots;
        if (slots < targets.Count)
            slots = (int)BitOperations.RoundUpToPowerOf2((uint)(targets.Count + targets.Count / 4 + 1));
        var most = targets.Select(target => target.Weight).DefaultIfEmpty(0).Max();
        var held = before?.Servers.ToDictionary(server => server.Endpoint, server => server.Slot, StringComparer.Ordinal) ?? [];
        var taken = targets.Where(target => held.ContainsKey(target.Id)).Select(target => held[target.Id]).ToHashSet();
        // A place that was left just now is taken last: connections may still be on it.
        var free = new Queue<int>(Enumerable.Range(1, slots).Where(slot => !taken.Contains(slot)).OrderBy(held.Values.Contains).ThenBy(slot => slot));
        var servers = targets.ConvertAll(target => new HaproxyServer(
            held.TryGetValue(target.Id, out var slot) ? slot : free.Dequeue(), target.Id, target.Address, Weight(target.Weight, most),
            target.State == EndpointState.Draining, route.Rule.HealthPortIndex is null ? 0 : target.HealthPort));
        return (slots, servers.OrderBy(server => server.Slot).ToValueList());
    }

    private static int Weight(int weight, int most) =>
        most <= MostWeight ? Math.Max(0, weight) : weight <= 0 ? 0 : Math.Max(1, (int)Math.Round((double)weight * MostWeight / most));
}
