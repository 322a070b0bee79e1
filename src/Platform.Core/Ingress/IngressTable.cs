using System.Net;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Core.Ingress;

/// <summary>The routes of all services that are reached from outside. A change costs what its service has. Not for several threads at once.</summary>
public sealed class IngressTable
{
    private readonly Dictionary<string, Dictionary<(string Owner, string Id), ServiceEndpoint>> _services = new(StringComparer.Ordinal);

    /// <summary>Takes over what a <see cref="ServiceDirectory"/> tells.</summary>
    /// <returns>Whether routes of the service may be others now.</returns>
    public bool Apply(EndpointChange change)
    {
        if (!_services.TryGetValue(change.Service, out var endpoints))
            endpoints = new();
        var changed = false;
        if (change.From is null)
        {
            foreach (var key in endpoints.Keys.Where(key => key.Owner == change.Owner).ToList())
                changed |= endpoints.Remove(key);
        }
        foreach (var id in change.Removed)
            changed |= endpoints.Remove((change.Owner, id));
        foreach (var endpoint in change.Set)
        {
            if (HasLabels(endpoint))
            {
                endpoints[(change.Owner, endpoint.Id)] = endpoint;
                changed = true;
            }
            else
            {
                changed |= endpoints.Remove((change.Owner, endpoint.Id));
            }
        }
        if (endpoints.Count == 0)
            _services.Remove(change.Service);
        else
            _services[change.Service] = endpoints;
        return changed;
    }

    /// <summary>The routes of a service, in the order of its ports.</summary>
    public IReadOnlyList<IngressRoute> RoutesOf(string service)
    {
        if (!_services.TryGetValue(service, out var all))
            return [];
        var endpoints = all.Values.OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal).DistinctBy(endpoint => endpoint.Id).ToList();
        var shares = EndpointShares.WeightsOf(endpoints, endpoint => (endpoint.Weight, endpoint.State == EndpointState.Ready, endpoint.Share));
        // What the newest version says that has an instance to send requests to; without one the newest of all.
        var newestFirst = endpoints.OrderByDescending(endpoint => endpoint.State == EndpointState.Ready).ThenByDescending(endpoint => endpoint.Version, StringComparer.Ordinal).ToList();
        var routes = new List<IngressRoute>();
        for (var index = 0; index < endpoints.Max(endpoint => endpoint.Ports.Count); index++)
        {
            if (newestFirst.Where(endpoint => index < endpoint.Ports.Count).Select(endpoint => IngressLabels.Read(endpoint.Labels, endpoint.Ports, index)).FirstOrDefault() is not { } rule)
                continue;
            var targets = new List<IngressTarget>();
            for (var i = 0; i < endpoints.Count; i++)
            {
                if (Target(endpoints[i], index, shares[i], rule) is { } target)
                    targets.Add(target);
            }
            routes.Add(new(service, index, all.Keys.Select(key => AppOf(key.Owner)).FirstOrDefault(app => app is not null) ?? service, rule, targets.ToValueList()));
        }
        return routes;
    }

    private static string? AppOf(string owner) => owner.StartsWith("app:", StringComparison.Ordinal) ? owner["app:".Length..] : null;

    private static bool HasLabels(ServiceEndpoint endpoint) =>
        endpoint.Labels.Keys.Any(IngressLabels.IsLabel) || endpoint.Ports.Any(port => port.Labels.Keys.Any(IngressLabels.IsLabel));

    private static IngressTarget? Target(ServiceEndpoint endpoint, int index, int weight, IngressRule rule)
    {
        if (index >= endpoint.Ports.Count)
            return null;
        var port = endpoint.Ports[index];
        // The addresses of an agent are ways to one and the same port.
        var (texts, number) = port.HostPort > 0 ? (endpoint.AgentAddresses, port.HostPort) : (endpoint.TaskAddresses, port.ContainerPort);
        if (number == 0 || texts.Select(text => IPAddress.TryParse(text, out var parsed) ? parsed : null).FirstOrDefault(parsed => parsed is not null) is not { } address)
            return null;
        var health = rule.HealthPortIndex is { } other && other < endpoint.Ports.Count
            ? port.HostPort > 0 ? endpoint.Ports[other].HostPort : endpoint.Ports[other].ContainerPort
            : number;
        return new(endpoint.Id, new(address, number), weight, endpoint.State, health == 0 ? number : health);
    }
}
