using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Persistence;
using Orleans.Serialization;
using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>Adds a silo of a cluster to a host: the counterpart of the embedded runtime.</summary>
public static class OrleansSilo
{
    /// <summary>The name that grains give as their storage.</summary>
    private const string StorageName = "platform";

    private const string RedisName = "redis";

    /// <summary>Adds the silo. It starts and stops with the host.</summary>
    public static IHostApplicationBuilder AddOrleansSilo(this IHostApplicationBuilder builder, OrleansSiloOptions options)
    {
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = options.Cluster;
                cluster.ServiceId = options.Cluster;
            })
            .Configure<ClusterMembershipOptions>(membership => membership.ProbeTimeout = options.ProbeTimeout)
            .ConfigureEndpoints(options.Address, options.SiloPort, options.GatewayPort)
            .UseRedisClustering(clustering => clustering.ConfigurationOptions = Connection(options))
            .AddOutgoingGrainCallFilter<UnreachedCalls>()
            .AddPlatformStorage(options));
        builder.Services.AddHostedService<SuccessionService>();
        return builder;
    }

    /// <summary>Adds a silo that is alone, on ports that nobody else needs to know: it shares its state with no other, and waits for none when it starts.</summary>
    public static IHostApplicationBuilder AddSingleOrleansSilo(this IHostApplicationBuilder builder, OrleansSiloOptions options) =>
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(FreePort(), FreePort(), serviceId: options.Cluster, clusterId: options.Cluster)
            .AddOutgoingGrainCallFilter<UnreachedCalls>()
            .AddPlatformStorage(options));

    /// <summary>Adds what the grains store in, without the clustering; for tests that bring their own.</summary>
    public static ISiloBuilder AddPlatformStorage(this ISiloBuilder silo, OrleansSiloOptions options)
    {
        silo.AddRedisGrainStorage(RedisName, (RedisStorageOptions storage) =>
        {
            storage.ConfigurationOptions = Connection(options);
            storage.GrainStorageSerializer = new StoredJsonSerializer();
            storage.DeleteStateOnClear = true;
        });
        silo.UseRedisReminderService(reminders => reminders.ConfigurationOptions = Connection(options));
        silo.Configure<ReminderOptions>(reminders => reminders.MinimumReminderPeriod = options.MinimumReminderPeriod);
        silo.Services
            .AddKeyedSingleton<IGrainStorage>(StorageName, (services, _) => new StateStorage(services.GetRequiredKeyedService<IGrainStorage>(RedisName)))
            // A failure of a grain on another silo is the same exception here.
            .Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.UnionWith(["Platform", "StackExchange.Redis"]))
            .AddSingleton(new RedisKeys(options.Cluster))
            .AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(Connection(options)))
            .AddSingleton<IAttributeToFactoryMapper<PersistentItemsAttribute>, PersistentItemsFactory>()
            .AddSingleton<IAttributeToFactoryMapper<PersistentLogAttribute>, PersistentLogFactory>();
        return silo;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static ConfigurationOptions Connection(OrleansSiloOptions options)
    {
        var connection = ConfigurationOptions.Parse(options.Redis);

        // A silo that starts before its Redis waits for it.
        connection.AbortOnConnectFail = false;
        return connection;
    }
}
