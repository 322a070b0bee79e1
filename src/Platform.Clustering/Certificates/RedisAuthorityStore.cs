using StackExchange.Redis;

namespace Platform.Clustering.Certificates;

/// <summary>The authority in the Redis that the silos of a cluster share, so that all of them have the same. A silo that starts before its Redis waits for it.</summary>
public sealed class RedisAuthorityStore(string redis, string cluster) : IAuthorityStore, IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    // Beside the records of grains, which have a slash in their names.
    private readonly RedisKey _key = $"{{{cluster}/authority}}";
    private ConnectionMultiplexer? _connection;

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken) => await AskAsync(database => database.StringGetAsync(_key), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryAddAsync(string text, CancellationToken cancellationToken) => AskAsync(database => database.StringSetAsync(_key, text, when: When.NotExists), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _connection ??= await ConnectionMultiplexer.ConnectAsync(ClusterSilo.Connection(redis));
                return await ask(_connection.GetDatabase()).WaitAsync(cancellationToken);
            }
            catch (Exception failure) when (failure is RedisConnectionException or RedisTimeoutException)
            {
                await Task.Delay(Retry, cancellationToken);
            }
            catch (RedisException failure)
            {
                throw new AuthorityException($"the authority of cluster {cluster} cannot be kept in Redis: {failure.Message}");
            }
        }
    }
}
