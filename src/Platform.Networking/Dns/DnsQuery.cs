using System.Buffers.Binary;

namespace Platform.Networking.Dns;

/// <summary>What a packet asks: its header, its one question and its EDNS record.</summary>
internal readonly struct DnsQuery
{
    /// <summary>Octets of a header.</summary>
    internal const int HeaderLength = 12;

    /// <summary>Octets of the longest name on the wire.</summary>
    internal const int LongestName = 255;

    internal ushort Id { get; private init; }

    /// <summary>The two octets of flags as they came.</summary>
    internal ushort Flags { get; private init; }

    /// <summary>What stands against an answer; NoError: nothing.</summary>
    internal DnsResponseCode Problem { get; private init; }

    /// <summary>Octets of the name on the wire, with the root's; 0: the question could not be read.</summary>
    internal int NameLength { get; private init; }

    internal ushort Type { get; private init; }

    internal ushort Class { get; private init; }

    /// <summary>The packet has an EDNS record.</summary>
    internal bool HasEdns { get; private init; }

    /// <summary>Octets that the client takes over UDP.</summary>
    internal int UdpSize { get; private init; }

    /// <summary>The client wants DNSSEC's records.</summary>
    internal bool WantsSecurity { get; private init; }

    /// <summary>Octets of header and question.</summary>
    internal int QuestionEnd => NameLength == 0 ? HeaderLength : HeaderLength + NameLength + 4;

    internal bool WantsRecursion => (Flags & 0x0100) != 0;

    /// <summary>Reads a packet. False: it is no query, or so broken that no answer could be understood; it is to be dropped.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> packet, out DnsQuery query)
    {
        query = default;
        // What is itself an answer is never answered: two servers would talk for ever.
        if (packet.Length < HeaderLength || (packet[2] & 0x80) != 0)
            return false;
        var id = BinaryPrimitives.ReadUInt16BigEndian(packet);
        var flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        query = new() { Id = id, Flags = flags, Problem = DnsResponseCode.FormatError, UdpSize = 512 };
        if (((flags >> 11) & 15) != 0)
        {
            query = new() { Id = id, Flags = flags, Problem = DnsResponseCode.NotImplemented, UdpSize = 512 };
            return true;
        }
        var questions = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        var others = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) + BinaryPrimitives.ReadUInt16BigEndian(packet[8..]);
        var additional = BinaryPrimitives.ReadUInt16BigEndian(packet[10..]);
        if (questions != 1)
            return true;
        var length = NameLengthAt(packet, HeaderLength);
        if (length < 0 || packet.Length < HeaderLength + length + 4)
            return true;
        var at = HeaderLength + length;
        var type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
        var @class = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]);
        at += 4;
        var (hasEdns, size, version, security) = (false, 512, 0, false);
        for (var i = 0; i < others + additional; i++)
        {
            if (!TrySkipName(packet, ref at) || packet.Length < at + 10)
                return true;
            var recordType = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
            var dataLength = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 8)..]);
            if (packet.Length < at + 10 + dataLength)
                return true;
            if (recordType == DnsType.Opt && i >= others)
            {
                // A second one is an error (RFC 6891, 6.1.1).
                if (hasEdns)
                    return true;
                hasEdns = true;
                size = Math.Max(512, (int)BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 2)..]));
                version = packet[at + 5];
                security = (packet[at + 6] & 0x80) != 0;
            }
            at += 10 + dataLength;
        }
        query = new()
        {
            Id = id,
            Flags = flags,
            Problem = version > 0 ? DnsResponseCode.BadVersion : DnsResponseCode.NoError,
            NameLength = length,
            Type = type,
            Class = @class,
            HasEdns = hasEdns,
            UdpSize = size,
            WantsSecurity = security,
        };
        return true;
    }

    /// <summary>Octets of a name without pointers, with the root's; -1: it is none.</summary>
    private static int NameLengthAt(ReadOnlySpan<byte> packet, int start)
    {
        var at = start;
        while (at < packet.Length)
        {
            var label = packet[at];
            if (label > 63)
                return -1;
            at += label + 1;
            if (at - start > LongestName)
                return -1;
            if (label == 0)
                return at - start;
        }
        return -1;
    }

    /// <summary>Steps over a name that may end in a pointer.</summary>
    internal static bool TrySkipName(ReadOnlySpan<byte> packet, ref int at)
    {
        while (at < packet.Length)
        {
            var label = packet[at];
            if ((label & 0xC0) == 0xC0)
            {
                at += 2;
                return at <= packet.Length;
            }
            if (label > 63)
                return false;
            at += label + 1;
            if (label == 0)
                return at <= packet.Length;
        }
        return false;
    }
}
