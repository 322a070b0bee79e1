using System.Net;

namespace Platform.Networking.Dns;

/// <summary>Answers packets from the registry's zones, without waiting for anything.</summary>
internal sealed class DnsResponder(AnswerCache cache, DnsServerOptions options)
{
    /// <summary>What is to be done with a packet.</summary>
    internal enum Outcome
    {
        /// <summary>Send the answer.</summary>
        Answer,

        /// <summary>Drop it.</summary>
        Drop,

        /// <summary>Ask other name servers.</summary>
        Forward,

        /// <summary>Send the zone.</summary>
        Transfer,
    }

    /// <summary>Answers one packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="isTcp">It came over TCP.</param>
    /// <param name="turn">Which of several records comes first.</param>
    /// <param name="to">Where the answer goes to.</param>
    /// <param name="tally">Counts it.</param>
    /// <param name="query">What was read of it.</param>
    /// <param name="length">Octets of the answer.</param>
    internal Outcome Respond(ReadOnlySpan<byte> packet, bool isTcp, uint turn, Span<byte> to, ref DnsTally tally, out DnsQuery query, out int length)
    {
        length = 0;
        if (!DnsQuery.TryRead(packet, out query))
        {
            tally.Dropped++;
            return Outcome.Drop;
        }
        if (query.Problem != DnsResponseCode.NoError)
        {
            tally.Dropped++;
            length = DnsResponse.WriteEmpty(packet, query, query.Problem, isCut: false, to);
            return Outcome.Answer;
        }
        // The Internet's class, or any.
        if (query.Class is not (1 or 255))
        {
            length = DnsResponse.WriteEmpty(packet, query, DnsResponseCode.Refused, isCut: false, to);
            return Outcome.Answer;
        }
        if (query.Type is DnsType.Axfr or DnsType.Ixfr)
        {
            if (isTcp)
                return Outcome.Transfer;
            length = DnsResponse.WriteEmpty(packet, query, DnsResponseCode.NoError, isCut: true, to);
            return Outcome.Answer;
        }
        Span<byte> key = stackalloc byte[DnsQuery.LongestName + 2];
        key = key[..(query.NameLength + 2)];
        DnsName.Lower(packet.Slice(DnsQuery.HeaderLength, query.NameLength), key);
        (key[^2], key[^1]) = ((byte)(query.Type >> 8), (byte)query.Type);
        if (cache.Find(key) is not { } answer)
        {
            tally.Forwarded++;
            return Outcome.Forward;
        }
        tally.Answered++;
        if (answer.Code == DnsResponseCode.NameError)
            tally.Missing++;
        // Everything about a name is long and the address of the asker may be forged: who wants it comes over TCP (RFC 8482).
        if (query.Type == DnsType.Any && !isTcp)
        {
            length = DnsResponse.WriteEmpty(packet, query, answer.Code, isCut: true, to);
            return Outcome.Answer;
        }
        var largest = isTcp ? 65535 : Math.Min(query.UdpSize, options.LargestUdpAnswer);
        length = answer.Write(packet, query, turn, largest, to);
        return Outcome.Answer;
    }

    /// <summary>Whether an address may ask for whole zones.</summary>
    internal bool MayTransfer(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.TransferTo.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }
}
