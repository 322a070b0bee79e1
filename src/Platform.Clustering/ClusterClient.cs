using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Serialization;
using Platform.Clustering.Certificates;
using StackExchange.Redis;

namespace Platform.Clustering;

/// <summary>A process that calls the grains of a cluster and has none itself.</summary>
public static class ClusterClient
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Adds the client. It finds the silos in their Redis, and waits for one as long as there is none.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="redis">The Redis that the cluster shares: <c>host:port</c>, or any configuration text of StackExchange.Redis.</param>
    /// <param name="cluster">The cluster's id.</param>
    /// <param name="encryption">The cluster's authority and a certificate of it for silos, for mutual TLS with them; null: they talk in the clear.</param>
    public static IServiceCollection AddClusterClient(
        this IServiceCollection services, string redis, string cluster, (CertificateAuthority Authority, IServerCertificate Certificate)? encryption = null) => services.AddOrleansClient(client =>
    {
        if (encryption is var (authority, certificate))
            client.UseSiloEncryption(authority, certificate);
        GrainInterfaceTypes.Remember(client.Services);
        client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
        client.UseRedisClustering(clustering =>
        {
            clustering.ConfigurationOptions = ConfigurationOptions.Parse(redis);
            clustering.ConfigurationOptions.AbortOnConnectFail = false;
        });
        client.UseConnectionRetryFilter(async (_, cancellation) =>
        {
            await Task.Delay(Retry, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return !cancellation.IsCancellationRequested;
        });
        // A failure of a grain is the same exception here.
        client.Services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.UnionWith(["Platform", "StackExchange.Redis"]));
    });
}
