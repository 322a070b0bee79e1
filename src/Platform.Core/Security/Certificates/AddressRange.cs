using System.Globalization;
using System.Net;

namespace Platform.Core.Security.Certificates;

/// <summary>Addresses that begin with the same bits.</summary>
/// <param name="Address">The first of them.</param>
/// <param name="Bits">How many bits are the same.</param>
public sealed record AddressRange(IPAddress Address, int Bits)
{
    /// <summary>Reads <c>10.0.0.0/8</c>, or an address, which is a range of one; null: it is neither, or has bits beyond its length.</summary>
    public static AddressRange? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (CertificateNames.AddressOf(slash < 0 ? text : text[..slash]) is not { } address)
            return null;
        var longest = address.GetAddressBytes().Length * 8;
        var bits = longest;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > longest))
            return null;
        var range = new AddressRange(address, bits);
        var (bytes, mask) = (address.GetAddressBytes(), range.Mask());
        return bytes.Zip(mask, (part, kept) => (byte)(part & ~kept)).All(part => part == 0) ? range : null;
    }

    /// <summary>Whether an address is one of them.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var (other, own, mask) = (address.GetAddressBytes(), Address.GetAddressBytes(), Mask());
        return other.Length == own.Length && !own.Where((part, i) => (part & mask[i]) != (other[i] & mask[i])).Any();
    }

    /// <summary>As many bytes as an address has, with the bits set that are the same.</summary>
    public byte[] Mask() => [.. Enumerable.Range(0, Address.GetAddressBytes().Length).Select(i => (byte)(0xFF00 >> Math.Clamp(Bits - (8 * i), 0, 8)))];
}
