using System.Net;
using Platform.Core.Collections;

namespace Platform.Core.Security.Certificates;

/// <summary>The names and addresses that a server's certificate is for.</summary>
public static class CertificateNames
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    private static readonly string[] Always = ["localhost", "127.0.0.1", "::1"];

    /// <summary>All names by which a server can be reached.</summary>
    /// <param name="listen">Where it listens.</param>
    /// <param name="hosts">The names that the machine has; what is no name of a host is passed over.</param>
    /// <param name="addresses">The addresses that the machine has, which count when the server listens on all of them.</param>
    /// <param name="asked">What the operator wants in it as well: names, names with a star for the first label, addresses.</param>
    /// <param name="scope">What the authority may vouch for; all that is beyond it is left out.</param>
    /// <returns>Without doubles: what is always there, hosts, addresses, what was asked for.</returns>
    public static ValueList<string> OfServer(IPAddress listen, IEnumerable<string> hosts, IEnumerable<IPAddress> addresses, IEnumerable<string> asked, AuthorityScope scope)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(scope);
        var isEverywhere = listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);
        var reached = isEverywhere ? addresses.Where(address => listen.Equals(IPAddress.IPv6Any) || address.AddressFamily == listen.AddressFamily) : [listen];
        return Always
            .Concat(hosts.Select(Canonical).OfType<string>())
            .Concat(reached.Select(Text))
            .Concat(asked.Select(Canonical).OfType<string>())
            .Distinct(StringComparer.Ordinal)
            .Where(scope.Covers)
            .ToValueList();
    }

    /// <summary>A name or an address in the one spelling that certificates have; null: it is neither.</summary>
    public static string? Canonical(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (AddressOf(text) is { } address)
            return Text(address);
        var name = text.TrimEnd('.').ToLowerInvariant();
        var labels = (name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name).Split('.');
        // What ends in a number is a broken address and no name (WHATWG URL, ends-in-a-number).
        var isName = name.Length is > 0 and <= LongestName && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit) && (name[0] != '*' || labels.Length > 1);
        return isName ? name : null;
    }

    /// <summary>The address that a text is, in full notation; null: it is a name or nothing.</summary>
    internal static IPAddress? AddressOf(string text)
    {
        // Not 127.1 or 2130706433, which .NET takes too.
        var isAddress = text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3 && text.All(c => char.IsAsciiDigit(c) || c == '.');
        return isAddress && IPAddress.TryParse(text.Trim('[', ']'), out var address) ? address : null;
    }

    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes())).ToString();

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}
