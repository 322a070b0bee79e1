using System.Buffers.Binary;

namespace Platform.Networking.Dns;

/// <summary>Writes headers, EDNS records, and answers that have no records.</summary>
internal static class DnsResponse
{
    /// <summary>Octets of an EDNS record without options.</summary>
    internal const int EdnsLength = 11;

    /// <summary>Octets of answers that this server takes over UDP, as it tells clients.</summary>
    private const ushort OwnUdpSize = 1232;

    internal static void WriteHeader(Span<byte> to, in DnsQuery query, DnsResponseCode code, bool isAuthoritative, bool isCut, int answers, int authority, int additional)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, query.Id);
        // The operation and the wish for recursion come back as they came; recursion is on offer.
        var flags = 0x8080 | (query.Flags & 0x7900) | (isAuthoritative ? 0x0400 : 0) | (isCut ? 0x0200 : 0) | ((int)code & 15);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)(query.NameLength > 0 ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(to[8..], (ushort)authority);
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], (ushort)additional);
    }

    internal static void WriteEdns(Span<byte> to, DnsResponseCode code)
    {
        to[..EdnsLength].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], DnsType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(to[3..], OwnUdpSize);
        to[5] = (byte)((int)code >> 4);
    }

    /// <summary>An answer without records.</summary>
    /// <returns>Octets written.</returns>
    internal static int WriteEmpty(ReadOnlySpan<byte> packet, in DnsQuery query, DnsResponseCode code, bool isCut, Span<byte> to)
    {
        var at = query.QuestionEnd;
        packet[..at].CopyTo(to);
        var edns = query.HasEdns && at + EdnsLength <= to.Length;
        if (edns)
        {
            WriteEdns(to[at..], code);
            at += EdnsLength;
        }
        WriteHeader(to, query, code, isAuthoritative: false, isCut, 0, 0, edns ? 1 : 0);
        return at;
    }
}
