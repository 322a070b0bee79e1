using System.Net;
using Platform.Api.MesosDns;
using Platform.Core.Registry;
using Platform.Networking.Dns;

namespace Platform.Host.Hosting;

/// <summary>How a process serves DNS.</summary>
/// <param name="Names">How names are made.</param>
/// <param name="Server">The server; null: none.</param>
internal sealed record DnsSettings(MesosDnsNames Names, DnsServerOptions? Server)
{
    internal void AddTo(IServiceCollection services)
    {
        if (Server is not { } server)
        {
            services.AddSingleton(new MesosDnsSettings());
            return;
        }
        server = server with { Upstreams = server.Upstreams ?? SystemResolvers.Read(server.Listen) };
        services.AddSingleton(server);
        services.AddSingleton<DnsServer>();
        services.AddHostedService(provider => provider.GetRequiredService<DnsServer>());
        services.AddSingleton(provider => new MesosDnsSettings
        {
            Listen = () => provider.GetRequiredService<DnsServer>() is { IsServing: true } dns ? dns.EndPoint : null,
            TtlSeconds = (int)server.Ttl.TotalSeconds,
            Resolvers = server.Upstreams,
        });
    }

    /// <summary>Where tasks on this machine ask; null: nowhere.</summary>
    internal static IPEndPoint? ForTasks(IServiceProvider services) => services.GetService<DnsServer>() is { } server ? ForTasks(server) : null;

    /// <summary>Where tasks on this machine ask; null: nowhere.</summary>
    internal static IPEndPoint? ForTasks(DnsServer server) => server is not { IsServing: true, EndPoint: { } at }
        ? null
        : at.Address.Equals(IPAddress.Any) ? new(IPAddress.Loopback, at.Port)
        : at.Address.Equals(IPAddress.IPv6Any) ? new(IPAddress.IPv6Loopback, at.Port)
        : at;

    /// <summary>One line for people: where it is served.</summary>
    internal static string Describe(IServiceProvider services) => services.GetService<DnsServer>() is { IsServing: true } dns
        ? $"{dns.EndPoint} (dig @{dns.EndPoint.Address} -p {dns.EndPoint.Port} leader.mesos)"
        : "not served";
}
