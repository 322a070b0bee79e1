using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>The endpoints that one owner has in a service, and what of them the registry has yet to be told: what an <see cref="EndpointList"/> is made from.</summary>
/// <remarks>Only what stands when the next change is taken is told: an endpoint that has come and gone before costs nothing.</remarks>
/// <param name="service">The service.</param>
/// <param name="owner">Whose endpoints they are.</param>
/// <param name="version">Greater than each version that was told before.</param>
public sealed class AnnouncedEndpoints(string service, string owner, long version)
{
    private readonly Dictionary<string, ServiceEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _removed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);

    // The registry may know of these.
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private long _version = version;
    private long _told;
    private bool _tellsAll = true;
    private bool _tellsNothing;

    /// <summary>There are no endpoints; the registry may not know of it yet.</summary>
    public bool IsEmpty => _endpoints.Count == 0;

    /// <summary>There are endpoints, or there were, and the registry has not been told that they are gone.</summary>
    public bool HasAnything => _endpoints.Count > 0 || _removed.Count > 0;

    /// <summary>There is something to tell.</summary>
    public bool MustTell => _tellsAll ? HasAnything || _tellsNothing : _changed.Count > 0 || _removed.Count > 0;

    /// <summary>Whether there is an endpoint of this id.</summary>
    public bool Has(string id) => _endpoints.ContainsKey(id);

    /// <summary>An endpoint is there or has changed. False: it is as it was.</summary>
    public bool Set(ServiceEndpoint endpoint)
    {
        if (_endpoints.TryGetValue(endpoint.Id, out var known) && known == endpoint)
            return false;
        _endpoints[endpoint.Id] = endpoint;
        _removed.Remove(endpoint.Id);
        _changed[endpoint.Id] = ++_version;
        return true;
    }

    /// <summary>An endpoint is gone. False: there was none.</summary>
    public bool Remove(string id)
    {
        if (!_endpoints.Remove(id))
            return false;
        _changed.Remove(id);
        if (_known.Contains(id))
            _removed[id] = ++_version;
        return true;
    }

    /// <summary>Everything is to be told again: the registry has begun anew, or did not hear the last change.</summary>
    /// <param name="evenNothing">Also that there is nothing: somebody may have told of something before.</param>
    public void TellAll(bool evenNothing = false)
    {
        _tellsAll = true;
        _tellsNothing |= evenNothing;
    }

    /// <summary>What is to be told now. It counts as told when <see cref="Told"/> says so; if it may not have been heard, <see cref="TellAll"/> follows.</summary>
    public EndpointChange Next()
    {
        var all = _tellsAll;
        _tellsAll = false;
        var set = (all ? _endpoints.Values : _changed.Keys.Select(id => _endpoints[id])).ToValueList();
        foreach (var endpoint in set)
            _known.Add(endpoint.Id);
        return new()
        {
            Service = service,
            Owner = owner,
            From = all ? null : _told,
            To = _version,
            Set = set,
            Removed = all ? default : _removed.Keys.ToValueList(),
        };
    }

    /// <summary>The registry has taken the change over.</summary>
    public void Told(EndpointChange change)
    {
        _told = change.To;
        _tellsNothing = false;
        foreach (var (id, version) in _changed)
        {
            if (version <= change.To)
                _changed.Remove(id);
        }
        foreach (var (id, version) in _removed)
        {
            if (version > change.To)
                continue;
            _removed.Remove(id);
            _known.Remove(id);
        }
    }
}
