using System.Net;

namespace Platform.Networking.Dns;

/// <summary>How the DNS server is set up.</summary>
public sealed record DnsServerOptions
{
    /// <summary>Where it listens, UDP and TCP; port 0: any free one, the same for both. Default 127.0.0.1:8053.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8053);

    /// <summary>If the port is taken, listen on any free one instead. Default false.</summary>
    public bool MayMove { get; init; }

    /// <summary>How long others may keep an answer. Default 5 seconds.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The name server that SOA and NS records name, below Mesos' zone. Default ns1.</summary>
    public string NameServer { get; init; } = "ns1";

    /// <summary>Name servers for what is in none of our zones; null: those of the system's resolv.conf; empty: such questions are refused.</summary>
    public IReadOnlyList<IPEndPoint>? Upstreams { get; init; }

    /// <summary>How long to wait for one of them before the next is asked. Default 2 seconds.</summary>
    public TimeSpan UpstreamTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions that may wait for other name servers at a time; more are answered with a failure. Default 512.</summary>
    public int LargestBacklog { get; init; } = 512;

    /// <summary>Answers of other name servers that are kept. Default 10,000.</summary>
    public int CacheSize { get; init; } = 10_000;

    /// <summary>Sockets (and threads) for UDP. Default: one for each processor, at most 8.</summary>
    public int Sockets { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Octets of the largest answer over UDP, whatever the client takes: so large that nothing on the way cuts it up. Default 1232.</summary>
    public int LargestUdpAnswer { get; init; } = 1232;

    /// <summary>Questions over UDP that one address may ask in a second, loopback left out; more are dropped. 0: no limit. Default 2,000.</summary>
    public int QuestionsPerSecond { get; init; } = 2_000;

    /// <summary>Open TCP connections, all told. Default 256.</summary>
    public int TcpConnections { get; init; } = 256;

    /// <summary>A TCP connection on which nothing comes for this long is closed. Default 10 seconds.</summary>
    public TimeSpan TcpIdle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Networks that may ask for a whole zone (AXFR). Default: loopback alone.</summary>
    public IReadOnlyList<IPNetwork> TransferTo { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
}
