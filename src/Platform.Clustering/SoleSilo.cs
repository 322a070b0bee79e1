using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Platform.Storage.Records;

namespace Platform.Clustering;

/// <summary>A control plane that is one process: a silo without sockets, its records in one SQLite file.</summary>
public static class SoleSilo
{
    /// <summary>Only a name: there is no cluster that it could be mistaken for.</summary>
    private const string Cluster = "platform";

    /// <summary>Adds the silo. It starts and stops with the host.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="dataDirectory">The folder of its database; made when missing, and locked while it runs.</param>
    /// <param name="configure">Changes what tests need otherwise.</param>
    public static IServiceCollection AddSoleSilo(this IServiceCollection services, string dataDirectory, Action<ISiloBuilder>? configure = null) =>
        services.AddOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = Cluster);

            // Never bound: the address is the silo's name.
            silo.Configure<EndpointOptions>(endpoint => (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (IPAddress.Loopback, 1, 0));
            silo.Services.AddSingleton<IMembershipTable, SoleMembership>();
            Silence(silo.Services);
            silo.Services.AddSqliteRecords(dataDirectory);
            silo.AddPlatformSilo();
            configure?.Invoke(silo);
        });

    private static void Silence(IServiceCollection services)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is { IsKeyedService: true } descriptor && descriptor.ServiceType == typeof(IConnectionListenerFactory))
                services[i] = ServiceDescriptor.KeyedSingleton<IConnectionListenerFactory>(descriptor.ServiceKey, (_, _) => new NoListener());
        }
    }
}
