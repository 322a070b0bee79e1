using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>All services as one process knows them. Any thread may ask; changes cost what they change.</summary>
public sealed class ServiceDirectory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, EndpointList>> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changedAt = new(StringComparer.Ordinal);
    private long _index;

    /// <summary>Grows with each change.</summary>
    public long Index
    {
        get
        {
            lock (_gate)
                return _index;
        }
    }

    /// <summary>How many services have endpoints.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _services.Count;
        }
    }

    /// <summary>The services whose names begin with the prefix, in order, without their endpoints' details.</summary>
    public ValueList<ServiceSnapshot> List(string prefix = "")
    {
        lock (_gate)
            return _services.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Snapshot).ToValueList();
    }

    /// <summary>A service; null if it has no endpoints.</summary>
    public ServiceSnapshot? Find(string service)
    {
        lock (_gate)
            return _services.ContainsKey(service) ? Snapshot(service) : null;
    }

    /// <summary>When a service last changed, as <see cref="Index"/> says; 0: it has not, since this process knows of it.</summary>
    public long ChangedAt(string service)
    {
        lock (_gate)
            return _changedAt.GetValueOrDefault(service);
    }

    /// <summary>Takes a change over. False: one before it is missing.</summary>
    /// <param name="change">The change.</param>
    /// <param name="index">Its number; 0: the next.</param>
    public bool TryApply(EndpointChange change, long index = 0)
    {
        lock (_gate)
        {
            if (!_services.TryGetValue(change.Service, out var owners))
                _services[change.Service] = owners = new(StringComparer.Ordinal);
            if (!owners.TryGetValue(change.Owner, out var list))
                owners[change.Owner] = list = new();
            var isKnown = list.TryApply(change, out var effect);
            if (list.Count == 0)
                owners.Remove(change.Owner);
            if (owners.Count == 0)
                _services.Remove(change.Service);
            if (effect is not null)
                Tell(effect, index);
            return isKnown;
        }
    }

    /// <summary>Forgets what is not among these lists.</summary>
    /// <param name="lists">What there is.</param>
    /// <param name="index">The number of that; 0: the next.</param>
    public void KeepOnly(IReadOnlySet<(string Service, string Owner)> lists, long index = 0)
    {
        lock (_gate)
        {
            var gone = _services.SelectMany(service => service.Value.Keys.Select(owner => (Service: service.Key, Owner: owner))).Where(key => !lists.Contains(key)).ToList();
            foreach (var (service, owner) in gone)
            {
                var owners = _services[service];
                owners.Remove(owner, out var list);
                if (owners.Count == 0)
                    _services.Remove(service);
                Tell(new() { Service = service, Owner = owner, From = list!.Version, To = list.Version, Removed = list.All.Select(endpoint => endpoint.Id).ToValueList() }, index);
            }
        }
    }

    /// <summary>Listens, beginning with everything that is there, without a change between. It is called in the order of changes and under the directory's lock: take note and return.</summary>
    public void Follow(Action<EndpointChange> follower)
    {
        lock (_gate)
        {
            foreach (var (service, owners) in _services)
            {
                foreach (var (owner, list) in owners)
                    follower(list.Snapshot(service, owner));
            }
            _followers += follower;
        }
    }

    /// <summary>Listens no more.</summary>
    public void Unfollow(Action<EndpointChange> follower)
    {
        lock (_gate)
            _followers -= follower;
    }

    private Action<EndpointChange>? _followers;

    private void Tell(EndpointChange effect, long index)
    {
        var at = index > 0 ? index : _index + 1;
        _index = Math.Max(_index, at);
        _changedAt[effect.Service] = at;
        _followers?.Invoke(effect);
    }

    private ServiceSnapshot Snapshot(string service) => new(
        service, _changedAt.GetValueOrDefault(service), _services[service].Values.SelectMany(list => list.All).OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal).ToValueList());
}
