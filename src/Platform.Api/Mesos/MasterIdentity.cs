using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Mapping;

namespace Platform.Api.Mesos;

/// <summary>The control plane as clients of Mesos see it: the one leading master.</summary>
/// <param name="time">The clock.</param>
/// <param name="options">What it was given to tell.</param>
public sealed class MasterIdentity(TimeProvider time, MesosOptions options)
{
    private long _frameworks = -1;

    /// <summary>The id of this run, which the ids of frameworks begin with.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    internal string NewFrameworkId() => $"{Id}-{Interlocked.Increment(ref _frameworks):D4}";

    // Under the name that the client reached it by, which it can reach it by again, unless it was given another.
    internal Wire.MasterInfo Info(HttpContext http)
    {
        var (hostname, port) = Address(http);
        return Info(hostname, Ip(http), port);
    }

    // To one that knows it by an address alone.
    internal Wire.MasterInfo Info(IPEndPoint address) => Info(options.Hostname ?? address.Address.ToString(), address.Address, address.Port);

    private Wire.MasterInfo Info(string hostname, IPAddress ip, int port) =>
        new()
        {
            Id = Id,
            Ip = ip.GetAddressBytes() is { Length: 4 } bytes ? BitConverter.ToUInt32(bytes) : 0,
            Port = (uint)port,
            Pid = $"master@{ip}:{port}",
            Hostname = hostname,
            Version = AgentMapping.MesosVersion,
            Address = new() { Hostname = hostname, Ip = ip.ToString(), Port = port },
            Capabilities =
            {
                new Wire.MasterInfo.Types.Capability { Type = Wire.MasterInfo.Types.Capability.Types.Type.AgentUpdate },
                new Wire.MasterInfo.Types.Capability { Type = Wire.MasterInfo.Types.Capability.Types.Type.AgentDraining },
                new Wire.MasterInfo.Types.Capability { Type = Wire.MasterInfo.Types.Capability.Types.Type.QuotaV2 },
            },
        };

    internal (string Hostname, int Port) Address(HttpContext http)
    {
        var host = http.Request.Host;
        if (options.Hostname is { } given)
            return (given, host.Port ?? http.Connection.LocalPort);
        return host.HasValue ? (host.Host, host.Port ?? (http.Request.IsHttps ? 443 : 80)) : (Ip(http).ToString(), http.Connection.LocalPort);
    }

    private static IPAddress Ip(HttpContext http)
    {
        var address = http.Connection.LocalIpAddress ?? IPAddress.Loopback;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
