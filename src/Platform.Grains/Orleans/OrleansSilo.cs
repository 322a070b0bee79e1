using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Persistence;
using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>Adds a silo of a cluster to a host: the counterpart of the embedded runtime.</summary>
public static class OrleansSilo
{
    /// <summary>The name that grains give as their storage.</summary>
    private const string StorageName = "platform";

    /// <summary>Adds the silo. It starts and stops with the host.</summary>
    public static IHostApplicationBuilder AddOrleansSilo(this IHostApplicationBuilder builder, OrleansSiloOptions options) =>
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = options.Cluster;
                cluster.ServiceId = options.Cluster;
            })
            .ConfigureEndpoints(options.Address, options.SiloPort, options.GatewayPort)
            .UseRedisClustering(clustering => clustering.ConfigurationOptions = Connection(options))
            .AddPlatformStorage(options));

    /// <summary>Adds what the grains store in, without the clustering; for tests that bring their own.</summary>
    public static ISiloBuilder AddPlatformStorage(this ISiloBuilder silo, OrleansSiloOptions options)
    {
        silo.AddRedisGrainStorage(StorageName, (RedisStorageOptions storage) =>
        {
            storage.ConfigurationOptions = Connection(options);
            storage.GrainStorageSerializer = new StoredJsonSerializer();
            storage.DeleteStateOnClear = true;
        });
        silo.UseRedisReminderService(reminders => reminders.ConfigurationOptions = Connection(options));
        silo.Configure<ReminderOptions>(reminders => reminders.MinimumReminderPeriod = options.MinimumReminderPeriod);
        silo.Services
            .AddSingleton(new RedisKeys(options.Cluster))
            .AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(Connection(options)))
            .AddSingleton<IAttributeToFactoryMapper<PersistentItemsAttribute>, PersistentItemsFactory>()
            .AddSingleton<IAttributeToFactoryMapper<PersistentLogAttribute>, PersistentLogFactory>();
        return silo;
    }

    private static ConfigurationOptions Connection(OrleansSiloOptions options)
    {
        var connection = ConfigurationOptions.Parse(options.Redis);

        // A silo that starts before its Redis waits for it.
        connection.AbortOnConnectFail = false;
        return connection;
    }
}
