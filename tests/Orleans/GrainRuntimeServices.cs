using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Platform.GrainRuntime.Testing;
using Platform.Grains.Orleans;

namespace Platform.GrainRuntime;

/// <summary>The counterpart of the embedded lane's registration, for tests and benchmarks: one silo alone on the Redis of the tests.</summary>
public static class GrainRuntimeServices
{
    public static IServiceCollection AddGrainRuntime(this IServiceCollection services, Action<GrainRuntimeOptions> configure)
    {
        var options = new GrainRuntimeOptions();
        configure(options);

        // A clock that a test moves is the grains' own; the silo's work goes by the real one.
        services.AddKeyedSingleton(KeyedService.AnyKey, TimeProvider.System);
        services.AddKeyedSingleton(TimeProviderNames.Grains, (provider, _) => provider.GetRequiredService<TimeProvider>());
        return services.AddOrleans(silo =>
        {
            // Membership in memory; the ports are the system's choice.
            silo.UseLocalhostClustering(FreePort.Take(), FreePort.Take(), serviceId: options.DataDirectory, clusterId: options.DataDirectory);
            silo.AddPlatformStorage(new OrleansSiloOptions
            {
                Redis = GrainTestHost.Redis,
                Cluster = options.DataDirectory,
                MinimumReminderPeriod = options.MinimumReminderPeriod,
            });
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
            silo.Configure<GrainCollectionOptions>(collection =>
            {
                collection.CollectionAge = options.CollectionAge;
                collection.CollectionQuantum = options.CollectionQuantum;
            });
        });
    }
}
