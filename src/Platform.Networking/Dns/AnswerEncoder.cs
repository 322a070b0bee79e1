using System.Buffers.Binary;
using System.Net;
using System.Text;
using Platform.Core.Registry;

namespace Platform.Networking.Dns;

/// <summary>Makes answers of what a zone has under a name.</summary>
/// <param name="zone">The registry's zones.</param>
/// <param name="options">Time to live and name server.</param>
/// <param name="time">Gives zones their serial numbers.</param>
internal sealed class AnswerEncoder(ServiceZone zone, DnsServerOptions options, TimeProvider time)
{
    // Mesos-DNS' defaults (records/config.go), but for the minimum, which is how long a name may be held to be missing.
    private const uint Refresh = 60;
    private const uint Retry = 600;
    private const uint Expire = 86400;

    private uint Ttl => (uint)options.Ttl.TotalSeconds;

    /// <summary>The absolute name of the name server.</summary>
    internal string NameServer => $"{options.NameServer}.{zone.Names.Domain}.";

    /// <summary>The answer; null: the name is in none of our zones.</summary>
    /// <param name="name">Lower case, absolute.</param>
    /// <param name="type">The type that is asked for.</param>
    internal EncodedAnswer? Encode(string name, ushort type)
    {
        var isReverse = name.EndsWith(".arpa.", StringComparison.Ordinal);
        var owner = zone.ZoneOf(name);
        if (owner is null && !isReverse)
            return null;
        var found = zone.Find(name);
        if (isReverse && found.Records.IsEmpty)
            return null;
        var isApex = owner is not null && name.Length == owner.Length + 1;
        var answers = new List<byte[]>();
        var hosts = new List<string>();
        IReadOnlyList<DnsRecord> records = found.Records;
        foreach (var record in records)
        {
            if (type != DnsType.Any && type != TypeOf(record.Type))
                continue;
            if (Data(record) is not { } data)
                continue;
            answers.Add(EncodedAnswer.Record(TypeOf(record.Type), Ttl, data));
            hosts.Add(record.Type == DnsRecordType.Srv ? record.Target : "");
        }
        if (isApex && type is DnsType.Soa or DnsType.Any)
            answers.Add(EncodedAnswer.Record(DnsType.Soa, Ttl, Soa()));
        if (isApex && type is DnsType.Ns or DnsType.Any)
            answers.Add(EncodedAnswer.Record(DnsType.Ns, Ttl, Wire(NameServer)));
        var code = answers.Count > 0 || isApex || !found.Records.IsEmpty ? DnsResponseCode.NoError : DnsResponseCode.NameError;
        var authority = answers.Count == 0 && owner is not null ? Negative(owner) : [];
        return new(found, code, [.. answers], authority, authority.Length > 0 ? 1 : 0, answers.Count > 0 ? Additional(found, hosts) : []);
    }

    /// <summary>The SOA record's data (RFC 1035, 3.3.13).</summary>
    internal byte[] Soa()
    {
        var data = new List<byte>();
        DnsName.TryWrite(NameServer, data);
        DnsName.TryWrite($"root.{NameServer}", data);
        Span<byte> numbers = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(numbers, (uint)time.GetUtcNow().ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], Refresh);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[8..], Retry);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[12..], Expire);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[16..], Ttl);
        data.AddRange(numbers);
        return [.. data];
    }

    /// <summary>A record's type on the wire.</summary>
    internal static ushort TypeOf(DnsRecordType type) => type switch
    {
        DnsRecordType.A => DnsType.A,
        DnsRecordType.Aaaa => DnsType.Aaaa,
        DnsRecordType.Srv => DnsType.Srv,
        DnsRecordType.Ptr => DnsType.Ptr,
        _ => DnsType.Txt,
    };

    /// <summary>A record's data on the wire; null: DNS cannot carry it.</summary>
    internal static byte[]? Data(DnsRecord record)
    {
        switch (record.Type)
        {
            case DnsRecordType.A or DnsRecordType.Aaaa:
                if (!IPAddress.TryParse(record.Target, out var address))
                    return null;
                return (record.Type == DnsRecordType.A ? address.MapToIPv4() : address).GetAddressBytes();
            case DnsRecordType.Srv:
                // Priority 0 and weight 1, as Mesos-DNS has them; the host's name must not be compressed (RFC 2782).
                var srv = new List<byte> { 0, 0, 0, 1, (byte)(record.Port >> 8), (byte)record.Port };
                return DnsName.TryWrite(record.Target.ToLowerInvariant(), srv) ? [.. srv] : null;
            case DnsRecordType.Ptr:
                var pointer = new List<byte>();
                return DnsName.TryWrite(record.Target, pointer) ? [.. pointer] : null;
            default:
                var text = new List<byte>();
                foreach (var part in Encoding.UTF8.GetBytes(record.Target).Chunk(255).DefaultIfEmpty([]))
                {
                    text.Add((byte)part.Length);
                    text.AddRange(part);
                }
                return text.Count <= 4096 ? [.. text] : null;
        }
    }

    // The zone's SOA record tells how long a name may be held to be missing (RFC 2308).
    private byte[] Negative(string owner)
    {
        var record = new List<byte>();
        DnsName.TryWrite(owner, record);
        record.AddRange(EncodedAnswer.Rest(DnsType.Soa, Ttl, Soa()));
        return [.. record];
    }

    private (int, byte[])[] Additional(ZoneAnswer found, List<string> hosts)
    {
        var additional = new List<(int, byte[])>();
        IReadOnlyList<DnsRecord> records = found.Additional;
        foreach (var record in records)
        {
            var of = hosts.FindIndex(host => host.Equals(record.Name, StringComparison.OrdinalIgnoreCase));
            if (of >= 0 && Data(record) is { } data)
                additional.Add((of, EncodedAnswer.Rest(TypeOf(record.Type), Ttl, data)));
        }
        return [.. additional];
    }

    private static byte[] Wire(string name)
    {
        var wire = new List<byte>();
        DnsName.TryWrite(name, wire);
        return [.. wire];
    }
}
