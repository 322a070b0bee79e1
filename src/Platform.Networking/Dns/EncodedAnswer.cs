using System.Buffers.Binary;
using Platform.Core.Registry;

namespace Platform.Networking.Dns;

/// <summary>The answer to a question, ready for the wire but for the client's id and the order of its records.</summary>
/// <remarks>
/// Records begin with a pointer to the question's name. Those of <see cref="Additional"/> belong to hosts that SRV records name: their names
/// become pointers into these, wherever their turn puts them.
/// </remarks>
internal sealed class EncodedAnswer
{
    private const int PointerToQuestion = 0xC000 | DnsQuery.HeaderLength;

    // In a record of type SRV the host's name comes after the name, type, class, time to live, length, priority, weight and port.
    private const int SrvTargetOffset = 2 + 2 + 2 + 4 + 2 + 6;

    internal EncodedAnswer(ZoneAnswer source, DnsResponseCode code, byte[][] answers, byte[] authority, int authorityCount, (int Record, byte[] Following)[] additional)
    {
        Source = source;
        Code = code;
        Answers = answers;
        Authority = authority;
        AuthorityCount = authorityCount;
        Additional = additional;
    }

    /// <summary>What it was made from, which says how long it is right.</summary>
    internal ZoneAnswer Source { get; }

    internal DnsResponseCode Code { get; }

    /// <summary>The records.</summary>
    internal byte[][] Answers { get; }

    internal byte[] Authority { get; }

    internal int AuthorityCount { get; }

    /// <summary>Each: the SRV record whose host it belongs to, and what follows its name.</summary>
    internal (int Record, byte[] Following)[] Additional { get; }

    /// <summary>Writes the whole answer.</summary>
    /// <param name="packet">The question's packet, from which header and question are taken.</param>
    /// <param name="query">What was read of it.</param>
    /// <param name="turn">Which record comes first.</param>
    /// <param name="largest">Octets that the answer may have; it is cut and marked if it has more.</param>
    /// <param name="to">Where to.</param>
    /// <returns>Octets written.</returns>
    internal int Write(ReadOnlySpan<byte> packet, in DnsQuery query, uint turn, int largest, Span<byte> to)
    {
        var at = query.QuestionEnd;
        packet[..at].CopyTo(to);
        var room = Math.Min(largest, to.Length) - (query.HasEdns ? DnsResponse.EdnsLength : 0);
        var count = Answers.Length;
        var first = count > 1 ? (int)(turn % (uint)count) : 0;
        Span<ushort> positions = Additional.Length is > 0 and <= 256 && count <= 256 ? stackalloc ushort[count] : [];
        var written = 0;
        for (var i = 0; i < count; i++)
        {
            var index = first + i < count ? first + i : first + i - count;
            var record = Answers[index];
            if (at + record.Length > room)
                break;
            if (positions.Length > 0)
                positions[index] = at < 0x3F00 ? (ushort)at : (ushort)0;
            record.CopyTo(to[at..]);
            at += record.Length;
            written++;
        }
        var isCut = written < count;
        var authority = 0;
        if (!isCut && at + Authority.Length <= room)
        {
            Authority.CopyTo(to[at..]);
            at += Authority.Length;
            authority = AuthorityCount;
        }
        var additional = 0;
        if (!isCut && positions.Length > 0)
        {
            foreach (var (record, rest) in Additional)
            {
                // What the client can ask for itself is left out without a mark.
                if (at + 2 + rest.Length > room || positions[record] == 0)
                    break;
                BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)(0xC000 | (positions[record] + SrvTargetOffset)));
                rest.CopyTo(to[(at + 2)..]);
                at += 2 + rest.Length;
                additional++;
            }
        }
        if (query.HasEdns)
        {
            DnsResponse.WriteEdns(to[at..], DnsResponseCode.NoError);
            at += DnsResponse.EdnsLength;
            additional++;
        }
        DnsResponse.WriteHeader(to, query, Code, isAuthoritative: true, isCut, written, authority, additional);
        return at;
    }

    /// <summary>Writes a record with the question's name as its owner.</summary>
    internal static byte[] Record(ushort type, uint ttl, ReadOnlySpan<byte> data)
    {
        var record = new byte[12 + data.Length];
        BinaryPrimitives.WriteUInt16BigEndian(record, PointerToQuestion);
        WriteRest(record.AsSpan(2), type, ttl, data);
        return record;
    }

    /// <summary>Writes what follows a record's name.</summary>
    internal static byte[] Rest(ushort type, uint ttl, ReadOnlySpan<byte> data)
    {
        var rest = new byte[10 + data.Length];
        WriteRest(rest, type, ttl, data);
        return rest;
    }

    private static void WriteRest(Span<byte> to, ushort type, uint ttl, ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, type);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], ttl);
        BinaryPrimitives.WriteUInt16BigEndian(to[8..], (ushort)data.Length);
        data.CopyTo(to[10..]);
    }
}
