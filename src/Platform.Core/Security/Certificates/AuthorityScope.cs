using System.Globalization;
using System.Net;
using Platform.Core.Collections;

namespace Platform.Core.Security.Certificates;

/// <summary>What an authority may vouch for: domains and ranges of addresses. This machine itself always belongs to it.</summary>
/// <remarks>It is written into the authority's certificate as name constraints (RFC 5280, 4.2.1.10): whoever steals the key can be none of the rest of the world.</remarks>
public sealed record AuthorityScope
{
    private static readonly AddressRange[] Own = [new(new IPAddress([127, 0, 0, 0]), 8), new(IPAddress.IPv6Loopback, 128)];

    /// <summary>Everything.</summary>
    public static AuthorityScope Everything { get; } = new();

    /// <summary>The domains, each with all that is below it; none: all names.</summary>
    public ValueList<string> Domains { get; private init; }

    /// <summary>The ranges of addresses; none: all addresses.</summary>
    public ValueList<AddressRange> Ranges { get; private init; }

    /// <summary>Whether it is everything.</summary>
    public bool IsEverything => Domains.IsEmpty && Ranges.IsEmpty;

    /// <summary>Reads domains (<c>example.com</c>), addresses and ranges (<c>10.0.0.0/8</c>); nothing is everything.</summary>
    /// <param name="texts">Each a domain, an address or a range.</param>
    /// <param name="scope">What they say together. With domains alone no address but this machine's belongs to it, and the other way round.</param>
    /// <param name="problems">What is wrong, each with what is right.</param>
    public static bool TryParse(IEnumerable<string> texts, out AuthorityScope scope, out ValueList<string> problems)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var (domains, ranges, wrong) = (new List<string>(), new List<AddressRange>(), new List<string>());
        foreach (var text in texts)
        {
            if (AddressRange.Parse(text) is { } range)
                ranges.Add(range);
            else if (!text.Contains('/', StringComparison.Ordinal) && CertificateNames.Canonical(text.TrimStart('.')) is { } domain && domain[0] != '*')
                domains.Add(domain);
            else
                wrong.Add($"'{text}' is no domain such as example.com, and no range of addresses such as 10.0.0.0/8");
        }
        problems = wrong.ToValueList();
        scope = domains.Count + ranges.Count == 0 ? Everything : new()
        {
            Domains = domains.Append("localhost").Distinct(StringComparer.Ordinal).ToValueList(),
            Ranges = ranges.Concat(Own).Distinct().ToValueList(),
        };
        return wrong.Count == 0;
    }

    /// <summary>Whether a name or an address belongs to it.</summary>
    public bool Covers(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (CertificateNames.AddressOf(name) is { } address)
            return Ranges.IsEmpty || Ranges.AsEnumerable().Any(range => range.Contains(address));
        // What a star stands for is one label more: it is below the domain when the rest is it.
        var host = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return Domains.IsEmpty || Domains.AsEnumerable().Any(domain => host == domain || host.EndsWith("." + domain, StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsEverything ? "everything" : string.Join(", ", Domains.AsEnumerable().Concat(Ranges.AsEnumerable().Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.Address}/{range.Bits}"))));
}
