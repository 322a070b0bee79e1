using Platform.Storage.Records;

namespace Platform.Storage.Sqlite;

/// <summary>The records of all grains in one SQLite file of a data directory.</summary>
internal sealed class SqliteRecordStore(string directory) : IRecordStore, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private SqliteStorage? _storage;

    public SqliteStorage Storage => _storage ?? throw new StorageException($"The storage in {directory} is not open: the silo is starting or has stopped.");

    /// <summary>Opens the file before anything needs it, so that one that is in use or damaged ends the start with its sentence.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(SqliteRecordStore),
        ServiceLifecycleStage.RuntimeInitialize,
        _ =>
        {
            Open();
            return Task.CompletedTask;
        },
        _ =>
        {
            _storage?.Dispose();
            return Task.CompletedTask;
        });

    /// <exception cref="StorageException">The directory or the file cannot be used; the message says why and what to do.</exception>
    public void Open() => _storage = SqliteStorage.Open(directory);

    public void Dispose() => _storage?.Dispose();

    /// <summary>Ends like a killed process: what waits to be written is not.</summary>
    public void Abort() => _storage?.Abort();

    public Task<StoredRecord> ReadAsync(GrainId grain) => Storage.ReadRecordAsync(grain);

    public async Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadEntriesAsync(GrainId grain, string log, long from, int count) =>
        await Storage.ReadEntriesAsync(grain, log, from, count);

    public async Task<long?> WriteAsync(GrainId grain, long? expected, RecordChanges changes)
    {
        var write = new RecordWrite(grain, expected, changes);
        Storage.Write([write]);
        await write.Done;
        return write.Version;
    }
}
