using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <summary>A collection in the database.</summary>
internal sealed class SqliteItems(Activation activation, string name) : IItemsStore
{
    public Task<(long? Etag, IReadOnlyCollection<KeyValuePair<string, byte[]>> Items)> ReadAsync() =>
        Task.FromResult<(long?, IReadOnlyCollection<KeyValuePair<string, byte[]>>)>(
            activation.Silo.Storage.ReadItems(activation.GrainId, name) is { } stored ? (stored.Etag, stored.Items) : (null, []));

    public async Task<long> WriteAsync(long? expected, bool clear, IReadOnlyCollection<KeyValuePair<string, byte[]?>> changes)
    {
        var write = new ItemsWrite(activation.GrainId, name, expected, clear, changes);
        activation.Write(write);
        await write.Done;
        return write.Etag;
    }
}
