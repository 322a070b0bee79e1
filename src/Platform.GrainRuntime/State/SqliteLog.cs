using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <summary>A log in the database.</summary>
internal sealed class SqliteLog(Activation activation, string name) : ILogStore
{
    public Task<(long Etag, long First, long Next)?> ReadAsync() => Task.FromResult(activation.Silo.Storage.ReadLog(activation.GrainId, name));

    public Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadAsync(long from, int count) =>
        Task.FromResult<IReadOnlyList<(long, byte[])>>(activation.Silo.Storage.ReadEntries(activation.GrainId, name, from, count));

    public async Task<long> WriteAsync(long? expected, long first, long from, IReadOnlyList<byte[]> entries)
    {
        var write = new LogWrite(activation.GrainId, name, expected, first, from, entries);
        activation.Write(write);
        await write.Done;
        return write.Etag;
    }
}
