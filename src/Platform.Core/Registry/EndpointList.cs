using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>The endpoints that one owner has in a service as somebody knows them, with the version of that list. Changes cost what they change.</summary>
public sealed class EndpointList
{
    private readonly Dictionary<string, ServiceEndpoint> _endpoints = new(StringComparer.Ordinal);

    /// <summary>The version; 0: nothing is known yet.</summary>
    public long Version { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count => _endpoints.Count;

    /// <summary>The endpoints in no order.</summary>
    public IReadOnlyCollection<ServiceEndpoint> All => _endpoints.Values;

    /// <summary>The endpoint, or null.</summary>
    public ServiceEndpoint? Find(string id) => _endpoints.GetValueOrDefault(id);

    /// <summary>The whole list as a change.</summary>
    public EndpointChange Snapshot(string service, string owner) => new() { Service = service, Owner = owner, To = Version, Set = _endpoints.Values.ToValueList() };

    /// <summary>Takes a change over. False: one before it is missing, and the whole list must be asked for.</summary>
    /// <param name="change">The change.</param>
    /// <param name="effect">What it changed in fact, from this list's version to the new one; null: nothing.</param>
    public bool TryApply(EndpointChange change, out EndpointChange? effect)
    {
        effect = null;
        if (change.From is { } from)
        {
            if (from > Version)
                return false;
            // It was told again.
            if (change.To <= Version)
                return true;
            // Told together with what is known already: changes are states of single endpoints, so it may be applied once more.
        }
        var set = new List<ServiceEndpoint>();
        var removed = new List<string>();
        if (change.From is null)
        {
            var kept = change.Set.Select(endpoint => endpoint.Id).ToHashSet(StringComparer.Ordinal);
            removed.AddRange(_endpoints.Keys.Where(id => !kept.Contains(id)));
        }
        foreach (var id in change.Removed)
        {
            if (_endpoints.ContainsKey(id))
                removed.Add(id);
        }
        foreach (var endpoint in change.Set)
        {
            if (!_endpoints.TryGetValue(endpoint.Id, out var known) || known != endpoint)
                set.Add(endpoint);
        }
        foreach (var id in removed)
            _endpoints.Remove(id);
        foreach (var endpoint in set)
            _endpoints[endpoint.Id] = endpoint;
        var before = Version;
        Version = change.From is null ? change.To : Math.Max(Version, change.To);
        if (set.Count + removed.Count > 0)
            effect = new() { Service = change.Service, Owner = change.Owner, From = before, To = Version, Set = set.ToValueList(), Removed = removed.ToValueList() };
        return true;
    }
}
