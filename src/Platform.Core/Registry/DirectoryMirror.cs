using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>Keeps a directory like one that is told of from afar, through connections that end and begin again. Not for several threads at once.</summary>
/// <remarks>What was known before a connection stays until the other end has said that it has told everything.</remarks>
public sealed class DirectoryMirror(ServiceDirectory directory)
{
    private readonly Dictionary<string, Dictionary<string, ServiceEndpoint>> _services = new(StringComparer.Ordinal);
    private HashSet<string>? _told;
    private long _version;

    /// <summary>A connection begins: snapshots follow.</summary>
    public void Begin() => _told = new(StringComparer.Ordinal);

    /// <summary>A service with all its endpoints.</summary>
    public void Snapshot(string service, IEnumerable<ServiceEndpoint> endpoints)
    {
        // After "complete" it begins anew when the reader was too slow.
        (_told ??= new(StringComparer.Ordinal)).Add(service);
        Set(service, endpoints.ToDictionary(endpoint => endpoint.Id, StringComparer.Ordinal));
    }

    /// <summary>What changed of a service.</summary>
    public void Change(string service, IEnumerable<ServiceEndpoint> set, IEnumerable<string> removed)
    {
        _told?.Add(service);
        var endpoints = _services.TryGetValue(service, out var known) ? new Dictionary<string, ServiceEndpoint>(known, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var id in removed)
            endpoints.Remove(id);
        foreach (var endpoint in set)
            endpoints[endpoint.Id] = endpoint;
        Set(service, endpoints);
    }

    /// <summary>All has been told: services that were not are gone.</summary>
    public void Complete()
    {
        foreach (var gone in _services.Keys.Where(service => _told?.Contains(service) == false).ToList())
            Set(gone, []);
        _told = null;
    }

    private void Set(string service, Dictionary<string, ServiceEndpoint> endpoints)
    {
        var owners = (_services.TryGetValue(service, out var known) ? known.Values : Enumerable.Empty<ServiceEndpoint>()).Concat(endpoints.Values).Select(endpoint => endpoint.Owner).ToHashSet(StringComparer.Ordinal);
        if (endpoints.Count == 0)
            _services.Remove(service);
        else
            _services[service] = endpoints;
        foreach (var owner in owners)
            directory.TryApply(new() { Service = service, Owner = owner, To = ++_version, Set = endpoints.Values.Where(endpoint => endpoint.Owner == owner).ToValueList() });
    }
}
