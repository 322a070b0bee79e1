using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Core.Ingress;

/// <summary>Words of HAProxy's configuration.</summary>
/// <remarks>Within single quotes nothing has a meaning but the quote itself (section 2.2 of its configuration manual); a line ends nowhere but at its end.</remarks>
public static partial class HaproxyText
{
    /// <summary>One word, whatever is in it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text)
        {
            if (c == '\'')
                quoted.Append("'\\''");
            else if (!char.IsControl(c))
                quoted.Append(c);
        }
        return quoted.Append('\'').ToString();
    }

    /// <summary>A regular expression, not yet quoted, that matches the text in upper and lower case.</summary>
    public static string Pattern(string text)
    {
        var pattern = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiLetter(c))
                pattern.Append('[').Append(char.ToLowerInvariant(c)).Append(char.ToUpperInvariant(c)).Append(']');
            else if (char.IsAsciiDigit(c) || c is '/' or '_' or '~' or '-')
                pattern.Append(c);
            else
                pattern.Append('\\').Append(c);
        }
        return pattern.ToString();
    }

    /// <summary>An address and port.</summary>
    public static string Of(IPEndPoint address) => new IPEndPoint(new IPAddress(address.Address.GetAddressBytes()), address.Port).ToString();

    /// <summary>Part of a name: letters, digits, <c>_</c>, <c>-</c> and <c>.</c> stay, a slash becomes <c>_</c>, all else goes.</summary>
    public static string Name(string text) => new([.. text.Trim('/').Select(c => c == '/' ? '_' : c).Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')]);

    /// <summary>Eight letters and digits that stand for a text: FNV-1a, the same on all machines.</summary>
    public static string Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether HAProxy can read a hash of a password: MD5, SHA-256 or SHA-512 of crypt(3), of at most 100,000 rounds. One that it cannot read keeps it from starting.</summary>
    public static bool IsHash(string hash) => Hashes().Match(hash) is { Success: true } match
        && (!match.Groups["rounds"].Success || int.Parse(match.Groups["rounds"].ValueSpan, CultureInfo.InvariantCulture) is >= 1_000 and <= 100_000);

    [GeneratedRegex(@"\A\$(?:1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}|5\$(?:rounds=(?<rounds>[1-9][0-9]{3,5})\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43}|6\$(?:rounds=(?<rounds>[1-9][0-9]{3,5})\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{86})\z")]
    private static partial Regex Hashes();
}
