using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Platform.Clustering.Certificates;
using Platform.Clustering.Recovery;
using Platform.Storage.Records;
using StackExchange.Redis;

namespace Platform.Clustering;

/// <summary>One of many silos: membership, directory of grains and records in a Redis that they share.</summary>
public static class ClusterSilo
{
    /// <summary>Adds the silo. It starts and stops with the host.</summary>
    public static IServiceCollection AddClusterSilo(this IServiceCollection services, ClusterSiloOptions options)
    {
        services.AddOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = options.Cluster);
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = options.ProbeTimeout;
                membership.MinProbeTimeout = options.ProbeTimeout / 2;
                membership.MaxProbeTimeout = options.ProbeTimeout * 2;
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
                membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            });
            silo.ConfigureEndpoints(options.Address, options.SiloPort, options.GatewayPort);
            silo.UseRedisClustering(clustering => clustering.ConfigurationOptions = Connection(options.Redis));
            silo.UseRedisGrainDirectoryAsDefault(directory => directory.ConfigurationOptions = Connection(options.Redis));
            silo.Services.AddRedisRecords(options.Cluster, Connection(options.Redis));
            if (options.Encryption is var (authority, certificate))
                silo.UseSiloEncryption(authority, certificate);
            silo.AddPlatformSilo();
            silo.AddGrainService<SiloWitness>();
        });
        services.AddSingleton<SiloWitnesses>();
        services.AddSingleton<StoreWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<StoreWatch>());
        services.AddHostedService<SuccessionService>();
        return services;
    }

    /// <summary>How Redis is reached.</summary>
    internal static ConfigurationOptions Connection(string redis)
    {
        var connection = ConfigurationOptions.Parse(redis);

        // A silo that starts before its Redis waits for it.
        connection.AbortOnConnectFail = false;

        // One that has lost it finds it again within a second or two of its return, and no attempt is waited for that the network swallows.
        connection.ReconnectRetryPolicy = new LinearRetry(500);
        connection.ConnectTimeout = Math.Min(connection.ConnectTimeout, 2000);
        return connection;
    }
}
