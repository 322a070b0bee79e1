using System.Net;

namespace Platform.Core.Registry;

/// <summary>The virtual addresses of all endpoints, and the endpoints behind each. Changes cost what they change. Not for several threads at once.</summary>
public sealed class VirtualServices
{
    private const string PolicyLabel = "LB_POLICY";

    private readonly Dictionary<(string Service, string Owner), Dictionary<string, List<(VirtualAddress Address, BalancedEndpoint? Endpoint, Sleeper? Sleeper)>>> _parts = [];
    private readonly Dictionary<VirtualAddress, Behind> _services = [];

    /// <summary>Whether a label of a port says something here.</summary>
    public static bool IsLabel(string key) => key == PolicyLabel || VirtualAddress.IsLabel(key) || Ingress.IngressLabels.IsWakeLabel(key);

    /// <summary>The virtual addresses.</summary>
    public IReadOnlyCollection<VirtualAddress> Addresses => _services.Keys;

    /// <summary>The endpoints behind an address; none if it is not there.</summary>
    public IReadOnlyList<BalancedEndpoint> EndpointsOf(VirtualAddress address) => _services.TryGetValue(address, out var behind) ? behind.Endpoints : [];

    /// <summary>Who is woken by a connection to an address; null: nobody.</summary>
    public Sleeper? SleeperOf(VirtualAddress address) => _services.TryGetValue(address, out var behind) && behind.Sleepers.Count > 0 ? behind.Sleepers[0] : null;

    /// <summary>Takes over what a <see cref="ServiceDirectory"/> tells.</summary>
    /// <returns>The virtual addresses whose endpoints are not what they were.</returns>
    public IReadOnlySet<VirtualAddress> Apply(EndpointChange change)
    {
        var changed = new HashSet<VirtualAddress>();
        var key = (change.Service, change.Owner);
        if (!_parts.TryGetValue(key, out var part))
            _parts[key] = part = new(StringComparer.Ordinal);
        if (change.From is null)
        {
            foreach (var id in part.Keys.ToList())
                Remove(part, id, changed);
        }
        foreach (var id in change.Removed)
            Remove(part, id, changed);
        foreach (var endpoint in change.Set)
        {
            Remove(part, endpoint.Id, changed);
            Add(part, endpoint, change.Service, changed);
        }
        if (part.Count == 0)
            _parts.Remove(key);
        return changed;
    }

    private void Add(Dictionary<string, List<(VirtualAddress, BalancedEndpoint?, Sleeper?)>> part, ServiceEndpoint endpoint, string service, HashSet<VirtualAddress> changed)
    {
        List<(VirtualAddress, BalancedEndpoint?, Sleeper?)>? added = null;
        for (var i = 0; i < endpoint.Ports.Count; i++)
        {
            var port = endpoint.Ports[i];
            if (port.Labels.IsEmpty)
                continue;
            foreach (var address in VirtualAddresses.Of(port, endpoint.Framework).Distinct())
            {
                foreach (var target in Targets(endpoint, port))
                {
                    var balanced = new BalancedEndpoint(endpoint.Id, service, target, endpoint.Weight, endpoint.State, port.Labels.Find(PolicyLabel) == "source", endpoint.Share);
                    At(address).Endpoints.Add(balanced);
                    (added ??= []).Add((address, balanced, null));
                    changed.Add(address);
                }
                if (Sleeper.Of(endpoint, i, service) is { } sleeper)
                {
                    At(address).Sleepers.Add(sleeper);
                    (added ??= []).Add((address, null, sleeper));
                    changed.Add(address);
                }
            }
        }
        if (added is not null)
            part[endpoint.Id] = added;
    }

    private Behind At(VirtualAddress address)
    {
        if (!_services.TryGetValue(address, out var behind))
            _services[address] = behind = new([], []);
        return behind;
    }

    private static IEnumerable<IPEndPoint> Targets(ServiceEndpoint endpoint, EndpointPort port)
    {
        var number = port.HostPort > 0 ? port.HostPort : port.ContainerPort;
        if (number == 0)
            return [];
        var addresses = (port.HostPort > 0 ? endpoint.AgentAddresses : endpoint.TaskAddresses)
            .Select(text => IPAddress.TryParse(text, out var parsed) ? parsed : null).OfType<IPAddress>();
        // The addresses of an agent are ways to one and the same port.
        return (port.HostPort > 0 ? addresses.Take(1) : addresses).Select(address => new IPEndPoint(address, number));
    }

    private void Remove(Dictionary<string, List<(VirtualAddress, BalancedEndpoint?, Sleeper?)>> part, string id, HashSet<VirtualAddress> changed)
    {
        if (!part.Remove(id, out var added))
            return;
        foreach (var (address, endpoint, sleeper) in added)
        {
            changed.Add(address);
            var behind = _services[address];
            if (endpoint is not null)
                behind.Endpoints.Remove(endpoint);
            if (sleeper is not null)
                behind.Sleepers.Remove(sleeper);
            if (behind.Endpoints.Count + behind.Sleepers.Count == 0)
                _services.Remove(address);
        }
    }

    private sealed record Behind(List<BalancedEndpoint> Endpoints, List<Sleeper> Sleepers);
}
