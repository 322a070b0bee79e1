using System.Net;
using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>Answers what the registry's zones have under a name. Any thread may ask.</summary>
/// <remarks>
/// Only endpoints that are <see cref="EndpointState.Ready"/> are found. Records are made when they are asked for, by the same rules that list a
/// whole zone: what is kept are the endpoints by the names that their records are made from.
/// </remarks>
public sealed class ServiceZone
{
    private const string Reverse4 = ".in-addr.arpa.";
    private const string Reverse6 = ".ip6.arpa.";
    private const string TextLabel = "DNS_TXT";

    private readonly Lock _gate = new();
    private readonly ZoneStamp _structure = new();
    private readonly Dictionary<(string Service, string Owner), Dictionary<string, ServiceEndpoint>> _services = [];
    private readonly Dictionary<string, Entry> _bases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _virtualNames = new(StringComparer.Ordinal);
    private readonly ILookup<string, DnsRecord> _none = Array.Empty<DnsRecord>().ToLookup(record => record.Name);
    private ILookup<string, DnsRecord> _fixed;
    private IReadOnlyDictionary<string, IPAddress>? _virtualAddresses;

    /// <summary>An empty zone.</summary>
    /// <param name="names">How names are made.</param>
    public ServiceZone(MesosDnsNames names)
    {
        Names = names;
        _fixed = _none;
    }

    /// <summary>How names are made.</summary>
    public MesosDnsNames Names { get; }

    /// <summary>The addresses of named virtual addresses on every machine, by the name before the zone.</summary>
    public IReadOnlyDictionary<string, IPAddress> NamedAddresses
    {
        get
        {
            lock (_gate)
                return _virtualAddresses ??= VirtualAddresses.Assign(_virtualNames.Keys);
        }
    }

    /// <summary>Whether a name (lower case, absolute) belongs to a zone that is answered here.</summary>
    public bool Covers(string name) =>
        IsWithin(name, Names.Domain) || IsWithin(name, DcosNames.Zone);

    /// <summary>The zone that a name belongs to, without a dot at its end; null if it is answered elsewhere.</summary>
    public string? ZoneOf(string name) => IsWithin(name, Names.Domain) ? Names.Domain
        : IsWithin(name, DcosNames.VirtualAddresses) ? DcosNames.VirtualAddresses
        : IsWithin(name, DcosNames.OldVirtualAddresses) ? DcosNames.OldVirtualAddresses
        : IsWithin(name, DcosNames.Tasks) ? DcosNames.Tasks
        : IsWithin(name, DcosNames.Zone) ? DcosNames.Zone
        : null;

    /// <summary>Whether a label of an app asks for a TXT record: <c>DNS_TXT</c>, <c>DNS_TXT_0</c>.</summary>
    public static bool IsTextLabel(string key) => key.StartsWith(TextLabel, StringComparison.Ordinal);

    /// <summary>Replaces the records that come from no endpoint: masters, agents, frameworks, name servers.</summary>
    public void SetFixed(IEnumerable<DnsRecord> records)
    {
        var lookup = records.Distinct().ToLookup(record => record.Name.ToLowerInvariant(), StringComparer.Ordinal);
        lock (_gate)
        {
            _fixed = lookup;
            _structure.Grow();
        }
    }

    /// <summary>Takes over what a <see cref="ServiceDirectory"/> tells.</summary>
    public void Apply(EndpointChange change)
    {
        lock (_gate)
        {
            var key = (change.Service, change.Owner);
            if (!_services.TryGetValue(key, out var known))
                _services[key] = known = new(StringComparer.Ordinal);
            if (change.From is null)
            {
                foreach (var old in known.Values.ToList())
                    Remove(known, old);
            }
            foreach (var id in change.Removed)
            {
                if (known.TryGetValue(id, out var old))
                    Remove(known, old);
            }
            foreach (var endpoint in change.Set)
            {
                if (known.TryGetValue(endpoint.Id, out var old))
                    Remove(known, old);
                Add(known, endpoint);
            }
            if (known.Count == 0)
                _services.Remove(key);
        }
    }

    /// <summary>Everything under a name: lower case, absolute, with the dot at its end.</summary>
    public ZoneAnswer Find(string name)
    {
        // Mesos-DNS leaves a wildcard label out: "bob.*.mesos" is "bob.mesos".
        name = name.Replace(".*", "", StringComparison.Ordinal);
        lock (_gate)
        {
            var structure = _structure.Value;
            var records = new List<DnsRecord>();
            var seen = new HashSet<DnsRecord>();
            Entry? entry = null;
            Take(_fixed[name], name, records, seen);
            if (IsWithin(name, Names.Domain))
                entry = FindTask(name, records, seen);
            else if (IsWithin(name, DcosNames.Zone))
                entry = FindDcos(name, records, seen);
            else if (name.EndsWith(Reverse4, StringComparison.Ordinal) || name.EndsWith(Reverse6, StringComparison.Ordinal))
                entry = FindPointer(name, records, seen);
            var stamp = entry?.Stamp.Value ?? 0;
            return new(records.ToValueList(), Additional(records, entry).ToValueList(), _structure, structure, entry?.Stamp, stamp);
        }
    }

    /// <summary>Every record of Mesos' zone, by the endpoint that it is made for; those of no endpoint come under null.</summary>
    public IEnumerable<(ServiceEndpoint? Endpoint, ValueList<DnsRecord> Records)> All()
    {
        List<ServiceEndpoint> endpoints;
        ILookup<string, DnsRecord> standing;
        lock (_gate)
        {
            endpoints = [.. _services.Values.SelectMany(service => service.Values).Where(endpoint => endpoint.State == EndpointState.Ready)];
            standing = _fixed;
        }
        yield return (null, standing.SelectMany(group => group).Where(record => IsWithin(record.Name.ToLowerInvariant(), Names.Domain)).ToValueList());
        foreach (var endpoint in endpoints)
            yield return (endpoint, Names.OfTask(endpoint).Distinct().ToValueList());
    }

    private Entry? FindTask(string name, List<DnsRecord> records, HashSet<DnsRecord> seen)
    {
        Entry? found = null;
        // The zone itself.
        if (name.Length == Names.Domain.Length + 1)
            return null;
        foreach (var candidate in Candidates(name[..^(Names.Domain.Length + 2)]))
        {
            if (!_bases.TryGetValue(candidate, out var entry) || entry == found)
                continue;
            found = found is null ? entry : _everything;
            foreach (var endpoint in entry.Endpoints.Values)
            {
                Take(Names.OfTask(endpoint), name, records, seen);
                if (candidate.Length + Names.Domain.Length + 2 == name.Length)
                    Take(Texts(endpoint, name), name, records, seen);
            }
        }
        return found;
    }

    /// <summary>The names that a record's owner may have been made from.</summary>
    private static IEnumerable<string> Candidates(string name)
    {
        foreach (var rest in name.EndsWith(".slave", StringComparison.Ordinal) ? [name, name[..^6]] : new[] { name })
        {
            var protocol = rest.LastIndexOf("._", StringComparison.Ordinal);
            if (rest.StartsWith('_') && protocol > 0)
            {
                var framework = rest.IndexOf('.', protocol + 1);
                if (framework < 0)
                    continue;
                var named = rest[1..protocol];
                yield return named + rest[framework..];
                var port = named.IndexOf("._", StringComparison.Ordinal);
                if (port >= 0)
                    yield return named[(port + 2)..] + rest[framework..];
                continue;
            }
            yield return rest;
            // name-hash-agent.framework, where both names may have dots.
            for (var dot = rest.IndexOf('.'); dot > 0; dot = rest.IndexOf('.', dot + 1))
            {
                var agent = rest.LastIndexOf('-', dot - 1);
                var hash = agent > 0 ? rest.LastIndexOf('-', agent - 1) : -1;
                if (hash > 0 && agent - hash == 6)
                    yield return rest[..hash] + rest[dot..];
            }
        }
    }

    private Entry? FindDcos(string name, List<DnsRecord> records, HashSet<DnsRecord> seen)
    {
        foreach (var zone in VirtualZones)
        {
            if (!IsWithin(name, zone) || name.Length <= zone.Length + 2)
                continue;
            if (NamedAddress(name[..^(zone.Length + 2)]) is { } address)
                Take([DnsRecord.Address(name, address.ToString())], name, records, seen);
            return null;
        }
        if (!IsWithin(name, DcosNames.Tasks) || name.Length <= DcosNames.Tasks.Length + 2)
            return null;
        var rest = name[..^(DcosNames.Tasks.Length + 2)];
        var kind = rest.LastIndexOf('.');
        if (kind < 0 || !_tasks.TryGetValue(rest[..kind], out var entry))
            return null;
        foreach (var endpoint in entry.Endpoints.Values)
            Take(DcosNames.OfTask(endpoint), name, records, seen);
        return entry;
    }

    private static readonly string[] VirtualZones = [DcosNames.VirtualAddresses, DcosNames.OldVirtualAddresses];

    private IPAddress? NamedAddress(string name) =>
        _virtualNames.ContainsKey(name) ? (_virtualAddresses ??= VirtualAddresses.Assign(_virtualNames.Keys)).GetValueOrDefault(name) : null;

    private Entry? FindPointer(string name, List<DnsRecord> records, HashSet<DnsRecord> seen)
    {
        if (ReverseNames.AddressOf(name) is not { } address)
            return null;
        var text = address.ToString();
        foreach (var (virtualName, at) in address.GetAddressBytes()[0] == 127 ? NamedAddresses : _noAddresses)
        {
            if (at.Equals(address))
                Take([new(name, DnsRecordType.Ptr, $"{virtualName}.{DcosNames.VirtualAddresses}.")], name, records, seen);
        }
        if (!_addresses.TryGetValue(text, out var entry))
            return null;
        foreach (var endpoint in entry.Endpoints.Values)
            Take([new(name, DnsRecordType.Ptr, Names.CanonicalOf(endpoint))], name, records, seen);
        return entry;
    }

    private static readonly Dictionary<string, IPAddress> _noAddresses = [];

    private static IEnumerable<DnsRecord> Texts(ServiceEndpoint endpoint, string name)
    {
        foreach (var (key, value) in endpoint.Labels)
        {
            if (endpoint.Owner.Length == 0)
                yield return new(name, DnsRecordType.Txt, value.Length == 0 ? key : $"{key}={value}");
            else if (key.StartsWith(TextLabel, StringComparison.Ordinal))
                yield return new(name, DnsRecordType.Txt, value);
        }
    }

    // The hosts of SRV records are canonical names of endpoints of the same entry, or fixed.
    private IEnumerable<DnsRecord> Additional(List<DnsRecord> records, Entry? entry)
    {
        var hosts = records.Where(record => record.Type == DnsRecordType.Srv).Select(record => record.Target.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        if (hosts.Count == 0)
            return [];
        var found = hosts.SelectMany(host => _fixed[host]);
        if (entry is not null)
            found = found.Concat(entry.Endpoints.Values.SelectMany(Names.OfTask).Where(record => hosts.Contains(record.Name.ToLowerInvariant())));
        return found.Where(record => record.Type is DnsRecordType.A or DnsRecordType.Aaaa).Distinct();
    }

    private static void Take(IEnumerable<DnsRecord> from, string name, List<DnsRecord> records, HashSet<DnsRecord> seen)
    {
        foreach (var record in from)
        {
            if (record.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && seen.Add(record with { Name = name }))
                records.Add(record);
        }
    }

    // Virtual addresses stand as long as there is an endpoint, ready or not, so that every machine has the same ones.
    private void Add(Dictionary<string, ServiceEndpoint> known, ServiceEndpoint endpoint)
    {
        known[endpoint.Id] = endpoint;
        foreach (var name in VirtualNames(endpoint))
        {
            ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_virtualNames, name, out var isKnown);
            count++;
            if (!isKnown)
                VirtualNamesChanged();
        }
        if (endpoint.State == EndpointState.Ready)
            Index(endpoint, Add);
    }

    private void Remove(Dictionary<string, ServiceEndpoint> known, ServiceEndpoint endpoint)
    {
        known.Remove(endpoint.Id);
        foreach (var name in VirtualNames(endpoint))
        {
            if (--_virtualNames[name] > 0)
                continue;
            _virtualNames.Remove(name);
            VirtualNamesChanged();
        }
        if (endpoint.State == EndpointState.Ready)
            Index(endpoint, Remove);
    }

    private void Index(ServiceEndpoint endpoint, Action<Dictionary<string, Entry>, string, ServiceEndpoint> change)
    {
        foreach (var name in Names.BasesOf(endpoint))
            change(_bases, name, endpoint);
        if (DcosNames.BaseOf(endpoint) is { } task)
            change(_tasks, task, endpoint);
        foreach (var address in endpoint.Addresses)
            change(_addresses, Normalized(address), endpoint);
    }

    private void VirtualNamesChanged()
    {
        _virtualAddresses = null;
        _structure.Grow();
    }

    private static IEnumerable<string> VirtualNames(ServiceEndpoint endpoint)
    {
        IReadOnlyList<EndpointPort> ports = endpoint.Ports;
        return ports.Where(port => !port.Labels.IsEmpty).SelectMany(port => VirtualAddresses.Of(port, endpoint.Framework)).Select(address => address.Name).OfType<string>().Distinct();
    }

    private static string Normalized(string address) => IPAddress.TryParse(address, out var ip) ? ip.ToString() : address;

    private void Add(Dictionary<string, Entry> index, string name, ServiceEndpoint endpoint)
    {
        if (!index.TryGetValue(name, out var entry))
        {
            index[name] = entry = new();
            _structure.Grow();
        }
        entry.Endpoints[endpoint.Id] = endpoint;
        Grow(entry);
    }

    private void Remove(Dictionary<string, Entry> index, string name, ServiceEndpoint endpoint)
    {
        if (!index.TryGetValue(name, out var entry))
            return;
        entry.Endpoints.Remove(endpoint.Id);
        Grow(entry);
        if (entry.Endpoints.Count > 0)
            return;
        index.Remove(name);
        _structure.Grow();
    }

    private void Grow(Entry entry)
    {
        entry.Stamp.Grow();
        _everything.Stamp.Grow();
    }

    // What stands for an answer that was made from several entries.
    private readonly Entry _everything = new();

    private static bool IsWithin(string name, string zone) =>
        name.Length >= zone.Length + 1 && name[^1] == '.' && name.AsSpan(0, name.Length - 1).EndsWith(zone, StringComparison.Ordinal)
        && (name.Length == zone.Length + 1 || name[^(zone.Length + 2)] == '.');

    private sealed class Entry
    {
        public Dictionary<string, ServiceEndpoint> Endpoints { get; } = new(StringComparer.Ordinal);

        public ZoneStamp Stamp { get; } = new();
    }
}
