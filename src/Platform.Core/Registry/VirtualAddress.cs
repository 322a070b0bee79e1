using System.Globalization;
using System.Net;

namespace Platform.Core.Registry;

/// <summary>A virtual address that a port's label asks for: a name or an IP address, and a port.</summary>
/// <param name="Name">Name and framework as they stand before the zone, such as <c>shopweb.marathon</c>; null if it is an IP address.</param>
/// <param name="Ip">The IP address; null if it is a name.</param>
/// <param name="Port">The port.</param>
/// <param name="Protocol">tcp or udp.</param>
public sealed record VirtualAddress(string? Name, IPAddress? Ip, int Port, string Protocol)
{
    /// <summary>Whether a label is one of a virtual address: <c>VIP_0</c>, in upper or lower case.</summary>
    public static bool IsLabel(string key) => key.StartsWith("VIP", StringComparison.Ordinal) || key.StartsWith("vip", StringComparison.Ordinal);

    /// <summary>The name as it is asked for, or the IP address, with the port.</summary>
    public override string ToString() => $"{(Name is null ? Ip!.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Ip}]" : Ip.ToString() : $"{Name}.{DcosNames.VirtualAddresses}")}:{Port}";

    /// <summary>Reads a label's value: <c>name:port</c>, <c>/name:port</c> or <c>ip:port</c>.</summary>
    /// <param name="value">The label's value.</param>
    /// <param name="framework">The framework's name, which becomes part of a named address.</param>
    /// <param name="protocol">The port's protocol: tcp or udp.</param>
    /// <param name="address">The address.</param>
    /// <param name="problem">What is wrong with the value and how to mend it; null if it could be read.</param>
    public static bool TryParse(string value, string framework, string protocol, out VirtualAddress? address, out string? problem)
    {
        (address, problem) = (null, null);
        var colon = value.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            problem = $"'{value}' has no port from 1 to 65535 at its end; write name:port, such as /web:80";
            return false;
        }
        var host = value[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        if (IsAddress(host) && IPAddress.TryParse(host, out var ip))
        {
            address = new(null, ip, port, protocol);
            return true;
        }
        var name = DnsLabels.Fragment(host);
        var owner = DnsLabels.Fragment(framework);
        if (name.Length == 0 || !DnsLabels.IsName($"{name}.{owner}.{DcosNames.VirtualAddresses}"))
        {
            problem = $"'{host}' has nothing that a DNS name can be made of; use letters, digits and hyphens";
            return false;
        }
        address = new($"{name}.{owner}", null, port, protocol);
        return true;
    }

    // A bare number is an address to IPAddress, and a name to everybody else.
    private static bool IsAddress(string host) => host.Contains(':') || host.Count(c => c == '.') == 3;
}
