using System.Buffers.Binary;
using Platform.Core.Registry;

namespace Platform.Networking.Dns;

/// <summary>Whole zones for other name servers (AXFR, RFC 5936).</summary>
internal sealed class ZoneTransfer(ServiceZone zone, AnswerEncoder encoder, DnsServerOptions options)
{
    private const int LargestMessage = 16 * 1024;

    /// <summary>The messages, each with its length before it. Mesos' zone can be had; for another name it is refused.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Messages(ReadOnlyMemory<byte> packet, DnsQuery query)
    {
        var name = DnsName.Text(packet.Span.Slice(DnsQuery.HeaderLength, query.NameLength));
        if (name != $"{zone.Names.Domain}.")
        {
            var refusal = new byte[2 + query.QuestionEnd + DnsResponse.EdnsLength];
            var length = DnsResponse.WriteEmpty(packet.Span, query, DnsResponseCode.Refused, isCut: false, refusal.AsSpan(2));
            BinaryPrimitives.WriteUInt16BigEndian(refusal, (ushort)length);
            yield return refusal.AsMemory(0, length + 2);
            yield break;
        }
        var message = new byte[LargestMessage + 65536];
        var (at, count) = (Begin(packet, query, message), 0);
        foreach (var record in Records(name))
        {
            if (at + record.Length > LargestMessage)
            {
                yield return End(message, at, count, query);
                message = new byte[LargestMessage + 65536];
                (at, count) = (Begin(packet, query, message), 0);
            }
            record.CopyTo(message, at);
            at += record.Length;
            count++;
        }
        yield return End(message, at, count, query);
    }

    private static int Begin(ReadOnlyMemory<byte> packet, in DnsQuery query, byte[] message)
    {
        packet.Span[..query.QuestionEnd].CopyTo(message.AsSpan(2));
        return 2 + query.QuestionEnd;
    }

    private static ReadOnlyMemory<byte> End(byte[] message, int at, int count, in DnsQuery query)
    {
        DnsResponse.WriteHeader(message.AsSpan(2), query, DnsResponseCode.NoError, isAuthoritative: true, isCut: false, count, 0, 0);
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)(at - 2));
        return message.AsMemory(0, at);
    }

    // The zone begins and ends with its SOA record.
    private IEnumerable<byte[]> Records(string origin)
    {
        var soa = Record(origin, DnsType.Soa, encoder.Soa());
        yield return soa;
        var server = new List<byte>();
        DnsName.TryWrite(encoder.NameServer, server);
        yield return Record(origin, DnsType.Ns, [.. server]);
        var seen = new HashSet<DnsRecord>();
        foreach (var (_, records) in zone.All())
        {
            foreach (var record in (IEnumerable<DnsRecord>)records)
            {
                var lower = record with { Name = record.Name.ToLowerInvariant() };
                if (seen.Add(lower) && AnswerEncoder.Data(lower) is { } data)
                    yield return Record(lower.Name, AnswerEncoder.TypeOf(lower.Type), data);
            }
        }
        yield return soa;
    }

    private byte[] Record(string name, ushort type, byte[] data)
    {
        var record = new List<byte>();
        DnsName.TryWrite(name, record);
        record.AddRange(EncodedAnswer.Rest(type, (uint)options.Ttl.TotalSeconds, data));
        return [.. record];
    }
}
