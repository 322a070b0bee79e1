using System.Text;

namespace Platform.Networking.Dns;

/// <summary>Names as text and on the wire.</summary>
internal static class DnsName
{
    // Stands for an octet that no name of ours has.
    private const char Foreign = '\u0001';

    /// <summary>The name in lower case with dots, absolute; octets that host names do not have become one that matches nothing.</summary>
    /// <param name="wire">Labels with their lengths, up to the root.</param>
    internal static string Text(ReadOnlySpan<byte> wire)
    {
        if (wire.Length <= 1)
            return ".";
        var text = new StringBuilder(wire.Length);
        for (var at = 0; at < wire.Length && wire[at] != 0;)
        {
            foreach (var octet in wire.Slice(at + 1, wire[at]))
            {
                var c = (char)octet;
                text.Append(char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c is > ' ' and < '\u007f' and not '.' ? c : Foreign);
            }
            text.Append('.');
            at += wire[at] + 1;
        }
        return text.ToString();
    }

    /// <summary>Appends a name without compression. False: DNS cannot carry it.</summary>
    internal static bool TryWrite(string name, List<byte> to)
    {
        var start = to.Count;
        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan()[range];
            if (label.IsEmpty)
                continue;
            if (label.Length > 63 || to.Count - start + label.Length + 2 > DnsQuery.LongestName)
            {
                to.RemoveRange(start, to.Count - start);
                return false;
            }
            to.Add((byte)label.Length);
            foreach (var c in label)
                to.Add((byte)c);
        }
        to.Add(0);
        return true;
    }

    /// <summary>Copies a name on the wire in lower case.</summary>
    internal static void Lower(ReadOnlySpan<byte> wire, Span<byte> to) => Ascii.ToLower(wire, to, out _);
}
