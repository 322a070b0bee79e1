using Orleans.Persistence.Redis;

namespace Platform.Grains.Orleans;

/// <summary>The storage of states in Redis; what fails there fails as writes of collections and logs do, with the one exception that grains know.</summary>
internal sealed class StateStorage(IGrainStorage redis) : IGrainStorage
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        TellAsync(redis.ReadStateAsync(stateName, grainId, grainState));

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        TellAsync(redis.WriteStateAsync(stateName, grainId, grainState));

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        TellAsync(redis.ClearStateAsync(stateName, grainId, grainState));

    private static async Task TellAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (RedisStorageException failure)
        {
            throw new StorageException(failure.Message, failure);
        }
    }
}
