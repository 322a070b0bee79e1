using System.Globalization;
using System.Net;

namespace Platform.Core.Registry;

/// <summary>Names of addresses: <c>4.3.2.1.in-addr.arpa.</c> (RFC 1035, 3.5) and <c>….ip6.arpa.</c> (RFC 3596, 2.5).</summary>
public static class ReverseNames
{
    private const string Reverse4 = ".in-addr.arpa.";
    private const string Reverse6 = ".ip6.arpa.";

    /// <summary>The address that a name (lower case, absolute) stands for; null if it stands for none.</summary>
    public static IPAddress? AddressOf(string name)
    {
        if (name.EndsWith(Reverse4, StringComparison.Ordinal))
        {
            var parts = name[..^Reverse4.Length].Split('.');
            if (parts.Length != 4)
                return null;
            var bytes = new byte[4];
            for (var i = 0; i < 4; i++)
            {
                if (!byte.TryParse(parts[3 - i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
                    return null;
            }
            return new(bytes);
        }
        if (!name.EndsWith(Reverse6, StringComparison.Ordinal))
            return null;
        var nibbles = name[..^Reverse6.Length].Split('.');
        if (nibbles.Length != 32)
            return null;
        var address = new byte[16];
        for (var i = 0; i < 32; i++)
        {
            if (nibbles[31 - i] is not [var digit] || !char.IsAsciiHexDigit(digit))
                return null;
            address[i / 2] = (byte)((address[i / 2] << 4) | Convert.ToInt32(digit.ToString(), 16));
        }
        return new(address);
    }

    /// <summary>The name of an address.</summary>
    public static string Of(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? $"{bytes[3]}.{bytes[2]}.{bytes[1]}.{bytes[0]}{Reverse4}"
            : string.Join('.', bytes.Reverse().SelectMany(b => new[] { $"{b & 15:x}", $"{b >> 4:x}" })) + Reverse6;
    }
}
