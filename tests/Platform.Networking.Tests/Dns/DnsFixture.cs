using System.Net;
using DnsClient;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Dns;

namespace Platform.Networking.Tests.Dns;

/// <summary>A DNS server on a free port, and what its zone holds.</summary>
internal sealed class DnsFixture : IAsyncDisposable
{
    private long _version;

    private DnsFixture(DnsServer server, ServiceZone zone) => (Server, Zone) = (server, zone);

    public DnsServer Server { get; }

    public ServiceZone Zone { get; }

    public static async Task<DnsFixture> StartAsync(Func<DnsServerOptions, DnsServerOptions>? change = null, TimeProvider? time = null, string domain = "mesos")
    {
        var zone = new ServiceZone(new(domain));
        var options = new DnsServerOptions { Listen = new(IPAddress.Loopback, 0), Upstreams = [], Sockets = 2 };
        var server = new DnsServer(zone, change?.Invoke(options) ?? options, time ?? TimeProvider.System, NullLogger<DnsServer>.Instance);
        await server.StartAsync(CancellationToken.None);
        return new(server, zone);
    }

    public LookupClient Client(bool tcp = false) => new(new LookupClientOptions(Server.EndPoint)
    {
        UseCache = false,
        UseTcpOnly = tcp,
        Retries = 2,
        Timeout = TimeSpan.FromSeconds(20),
        UseRandomNameServer = false,
    });

    public static ServiceEndpoint Task(int number, string name = "web.shop") => new()
    {
        Id = $"shop_web.instance-{number}._app.1",
        Framework = "marathon",
        Name = name,
        DiscoveryName = name,
        AgentId = $"agent-S{number % 4}",
        AgentAddresses = [$"10.0.{number / 250}.{(number % 250) + 1}"],
        State = EndpointState.Ready,
        Ports = [new() { Name = "http", HostPort = 31000 + number }],
    };

    public void Set(params IEnumerable<ServiceEndpoint> endpoints) =>
        Zone.Apply(new() { Service = "web.shop.marathon", To = ++_version, Set = endpoints.ToValueList() });

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
