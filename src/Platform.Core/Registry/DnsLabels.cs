using System.Text;

namespace Platform.Core.Registry;

/// <summary>Makes DNS labels and names of the names of tasks, frameworks and ports.</summary>
/// <remarks>The rules are Mesos-DNS' (records/labels): lower case; ".", "_" and "-" become "-"; all else is left out; then both ends are trimmed and the length is cut.</remarks>
public static class DnsLabels
{
    /// <summary>The longest name, in the form with dots (RFC 1035, 2.3.4, without the length octets of the ends).</summary>
    public const int LongestName = 253;

    /// <summary>The longest label (RFC 1035, 2.3.4).</summary>
    public const int LongestLabel = 63;

    /// <summary>One label; empty if nothing of the name can stand in one.</summary>
    public static string Label(string name, DnsLabelRule rule = DnsLabelRule.Rfc1123) => rule == DnsLabelRule.Rfc952
        ? Cut(name, 24, isLeftTrimmed: c => c == '-' || char.IsAsciiDigit(c))
        : Cut(name, LongestLabel, isLeftTrimmed: c => c == '-');

    /// <summary>A name of one or more labels: each part between dots becomes one, and empty ones are left out.</summary>
    public static string Fragment(string name, DnsLabelRule rule = DnsLabelRule.Rfc1123)
    {
        if (!name.Contains('.'))
            return Label(name, rule);
        return string.Join('.', name.Split('.').Select(part => Label(part, rule)).Where(label => label.Length > 0));
    }

    /// <summary>Whether DNS can carry the text as a host name: labels of letters, digits, "-" and "_", with dots between them, none too long.</summary>
    public static bool IsName(string name)
    {
        if (name.EndsWith('.'))
            name = name[..^1];
        if (name.Length is 0 or > LongestName)
            return false;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
            }
        }
        return true;
    }

    private static string Cut(string name, int longest, Func<char, bool> isLeftTrimmed)
    {
        var mapped = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c))
                mapped.Append((char)(c + ('a' - 'A')));
            else if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
                mapped.Append(c);
            else if (c is '-' or '.' or '_')
                mapped.Append('-');
        }
        var start = 0;
        while (start < mapped.Length && isLeftTrimmed(mapped[start]))
            start++;
        var trimmed = mapped.ToString(start, mapped.Length - start);
        var size = Math.Min(trimmed.Length, longest);
        var head = trimmed[..size].TrimEnd('-');
        if (head.Length == size)
            return head;
        // What the trimmed end left free is filled with what follows the cut, as Mesos-DNS does.
        var tail = trimmed[size..].TrimStart('-');
        return head + tail[..Math.Min(tail.Length, size - head.Length)];
    }
}
