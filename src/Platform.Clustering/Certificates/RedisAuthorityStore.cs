using Platform.Clustering.Certificates.Acme;
using StackExchange.Redis;

namespace Platform.Clustering.Certificates;

/// <summary>The authority in the Redis that the silos of a cluster share, so that all of them have the same. A silo that starts before its Redis waits for it.</summary>
public sealed class RedisAuthorityStore(string redis, string cluster) : IAuthorityStore, IAcmeStore, IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    // Beside the records of grains, which have a slash in their names.
    private readonly RedisKey _key = $"{{{cluster}/authority}}";
    private readonly RedisKey _acmeKey = $"{{{cluster}/acme}}";
    private readonly RedisKey _leaseKey = $"{{{cluster}/acme-lease}}";
    private ConnectionMultiplexer? _connection;

    /// <inheritdoc/>
    public IAcmeStore Acme => this;

    /// <inheritdoc/>
    async Task<string?> IAcmeStore.ReadAsync(CancellationToken cancellationToken) => await AskAsync(database => database.StringGetAsync(_acmeKey), cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(string text, CancellationToken cancellationToken) => AskAsync(database => database.StringSetAsync(_acmeKey, text), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryLeaseAsync(string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        AskAsync(async database => await database.LockTakeAsync(_leaseKey, owner, duration) || await database.LockExtendAsync(_leaseKey, owner, duration), cancellationToken);

    /// <inheritdoc/>
    public Task ReleaseAsync(string owner, CancellationToken cancellationToken) => AskAsync(database => database.LockReleaseAsync(_leaseKey, owner), cancellationToken);

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
                throw new AuthorityException($"the authority of cluster {cluster} and its certificates cannot be kept in Redis: {failure.Message}");
            }
        }
    }
}
