using System.Net;
using System.Net.Sockets;

namespace Platform.Core.Registry;

/// <summary>One record of a zone.</summary>
/// <param name="Name">The owner: lower case, absolute, with the dot at its end.</param>
/// <param name="Type">The type.</param>
/// <param name="Target">An address, the absolute name of a host, or text.</param>
/// <param name="Port">The port of an SRV record; otherwise 0.</param>
public readonly record struct DnsRecord(string Name, DnsRecordType Type, string Target, int Port = 0)
{
    /// <summary>The data as Mesos-DNS shows them: an address, or <c>host:port</c>.</summary>
    public string Data => Type == DnsRecordType.Srv ? $"{Target}:{Port}" : Target;

    /// <summary>The type as Mesos-DNS and zone files write it.</summary>
    public string TypeName => Type.ToString().ToUpperInvariant();

    /// <summary>An A or AAAA record.</summary>
    /// <remarks>What is no address stays an A record, as with Mesos-DNS: it is listed, and cannot be asked for.</remarks>
    public static DnsRecord Address(string name, string address) =>
        new(name, IPAddress.TryParse(address, out var ip) && ip is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } ? DnsRecordType.Aaaa : DnsRecordType.A, address);
}
