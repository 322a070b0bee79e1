using Microsoft.Extensions.DependencyInjection;
using Platform.Storage.Redis;
using Platform.Storage.Sqlite;

namespace Platform.Storage.Records;

/// <summary>Adds what grains keep their records in.</summary>
public static class RecordStorage
{
    /// <summary>Records in one SQLite file of a data directory, which is opened when the silo starts.</summary>
    /// <param name="services">Of the silo.</param>
    /// <param name="directory">The data directory; made when missing.</param>
    public static IServiceCollection AddSqliteRecords(this IServiceCollection services, string directory) => services
        .AddSingleton(new SqliteRecordStore(directory))
        .AddSingleton<IRecordStore>(provider => provider.GetRequiredService<SqliteRecordStore>())
        .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SqliteRecordStore>())
        .AddRecordParts();

    /// <summary>Records in a Redis that all silos of a cluster share.</summary>
    /// <param name="services">Of the silo.</param>
    /// <param name="cluster">The cluster's id, with which all keys begin.</param>
    /// <param name="connection">How to reach Redis.</param>
    public static IServiceCollection AddRedisRecords(this IServiceCollection services, string cluster, StackExchange.Redis.ConfigurationOptions connection) => services
        .AddSingleton(new RedisRecordStore(cluster, connection))
        .AddSingleton<IRecordStore>(provider => provider.GetRequiredService<RedisRecordStore>())
        .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<RedisRecordStore>())
        .AddRecordParts();

    private static IServiceCollection AddRecordParts(this IServiceCollection services) => services
        .AddSingleton<RecordParts>()
        .AddSingleton<IAttributeToFactoryMapper<PersistentStateAttribute>>(provider => provider.GetRequiredService<RecordParts>())
        .AddSingleton<IAttributeToFactoryMapper<PersistentItemsAttribute>>(provider => provider.GetRequiredService<RecordParts>())
        .AddSingleton<IAttributeToFactoryMapper<PersistentLogAttribute>>(provider => provider.GetRequiredService<RecordParts>());
}
