using Microsoft.Data.Sqlite;
using Platform.Storage.Records;

namespace Platform.Storage.Sqlite;

/// <summary>The state of all grains in one SQLite file.</summary>
internal sealed class SqliteStorage : IDisposable
{
    /// <summary>Versions of one opening of the file; enough for 30,000 writes per second for a year.</summary>
    private const int EtagBitsPerGeneration = 40;

    /// <summary>So many records are read at once at most.</summary>
    private const int MostReaders = 8;

    private readonly DataDirectoryLock _lock;
    private readonly GroupCommitWriter _writer;
    private readonly ReadConnections _readers;
    private readonly string _path;

    private SqliteStorage(DataDirectoryLock directoryLock, string path)
    {
        _lock = directoryLock;
        _path = path;
        var (connection, generation) = Database.Open(path);
        _writer = new GroupCommitWriter(connection, path, generation << EtagBitsPerGeneration);
        _readers = new ReadConnections(() => new Statements(Database.Connect(path)), Math.Clamp(Environment.ProcessorCount, 2, MostReaders));
    }

    /// <summary>How many transactions were committed.</summary>
    public long Commits => _writer.Commits;

    /// <exception cref="StorageException">The directory or the file cannot be used; the message says why and what to do.</exception>
    public static SqliteStorage Open(string directory)
    {
        var directoryLock = DataDirectoryLock.Take(directory);
        try
        {
            return new SqliteStorage(directoryLock, Path.Combine(directory, "platform.db"));
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    public void Write(IReadOnlyCollection<StorageWrite> writes) => _writer.Add(writes);

    /// <summary>All of a record but the entries of its logs.</summary>
    public Task<StoredRecord> ReadRecordAsync(GrainId grain) => ReadAsync(statements =>
    {
        var stored = new StoredRecord();
        long id;
        using (var row = statements.Query("SELECT id, version FROM records WHERE grain=?1", grain.ToString()))
        {
            if (!row.Read())
                return stored;
            id = row.GetInt64(0);
            stored.Version = row.GetInt64(1);
        }

        using (var states = statements.Query("SELECT name, data FROM states WHERE record=?1", id))
        {
            while (states.Read())
                stored.States.Add(states.GetString(0), (byte[])states[1]);
        }

        using (var items = statements.Query("SELECT collection, key, data FROM items WHERE record=?1", id))
        {
            while (items.Read())
                stored.AddItem(items.GetString(0), items.GetString(1), (byte[])items[2]);
        }

        using var logs = statements.Query("SELECT name, first, next FROM logs WHERE record=?1", id);
        while (logs.Read())
            stored.Logs.Add(logs.GetString(0), (logs.GetInt64(1), logs.GetInt64(2)));
        return stored;
    });

    public Task<List<(long Sequence, byte[] Data)>> ReadEntriesAsync(GrainId grain, string name, long from, int count) => ReadAsync(statements =>
    {
        var entries = new List<(long, byte[])>();
        using var rows = statements.Query(
            "SELECT sequence, data FROM entries WHERE record=(SELECT id FROM records WHERE grain=?1) AND log=?2 AND sequence>=?3 ORDER BY sequence LIMIT ?4",
            grain.ToString(),
            name,
            from,
            count);
        while (rows.Read())
        {
            entries.Add((rows.GetInt64(0), (byte[])rows[1]));
        }

        return entries;
    });

    /// <summary>Ends like a killed process: what waits to be written is not.</summary>
    public void Abort() => Close(_writer.Abort);

    /// <summary>Ends when everything that waits is on disk.</summary>
    public void Dispose() => Close(_writer.Dispose);

    private void Close(Action endWriter)
    {
        endWriter();
        _readers.Dispose();
        _lock.Dispose();
    }

    private async Task<T> ReadAsync<T>(Func<Statements, T> read)
    {
        try
        {
            return await _readers.UseAsync(read);
        }
        catch (SqliteException failure)
        {
            throw StorageErrors.Explain(failure, _path);
        }
        catch (Exception failure) when (failure is ObjectDisposedException or InvalidOperationException)
        {
            throw new StorageException($"The storage {_path} is closed: the runtime is stopping.", failure);
        }
    }
}
