using Microsoft.Data.Sqlite;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.Sqlite;

/// <summary>The state of all grains in one SQLite file.</summary>
internal sealed class SqliteStorage : IDisposable
{
    /// <summary>Versions of one opening of the file; enough for 30,000 writes per second for a year.</summary>
    private const int EtagBitsPerGeneration = 40;

    private readonly DataDirectoryLock _lock;
    private readonly GroupCommitWriter _writer;
    private readonly Lock _reading = new();
    private readonly Statements _statements;
    private readonly string _path;

    private SqliteStorage(DataDirectoryLock directoryLock, string path)
    {
        _lock = directoryLock;
        _path = path;
        var (connection, generation) = Database.Open(path);
        _writer = new GroupCommitWriter(connection, path, generation << EtagBitsPerGeneration);
        _statements = new Statements(Database.Connect(path));
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

    /// <summary>The stored value and its version, or null.</summary>
    public (byte[] Data, long Etag)? ReadState(GrainId grain, string name) => Read(statements =>
    {
        using var row = statements.Query("SELECT data, etag FROM state WHERE grain=?1 AND name=?2", grain.ToString(), name);
        return row.Read() ? ((byte[])row[0], row.GetInt64(1)) : ((byte[], long)?)null;
    });

    /// <summary>The collection's version and items; null when it is not stored.</summary>
    public (long Etag, List<KeyValuePair<string, byte[]>> Items)? ReadItems(GrainId grain, string name) => Read(statements =>
    {
        long id;
        long etag;
        using (var row = statements.Query("SELECT id, etag FROM collections WHERE grain=?1 AND name=?2", grain.ToString(), name))
        {
            if (!row.Read())
            {
                return ((long, List<KeyValuePair<string, byte[]>>)?)null;
            }

            id = row.GetInt64(0);
            etag = row.GetInt64(1);
        }

        var items = new List<KeyValuePair<string, byte[]>>();
        using var rows = statements.Query("SELECT key, data FROM items WHERE collection=?1", id);
        while (rows.Read())
        {
            items.Add(new(rows.GetString(0), (byte[])rows[1]));
        }

        return (etag, items);
    });

    /// <summary>The log's version and bounds; null when it is not stored.</summary>
    public (long Etag, long First, long Next)? ReadLog(GrainId grain, string name) => Read(statements =>
    {
        using var row = statements.Query("SELECT etag, first, next FROM logs WHERE grain=?1 AND name=?2", grain.ToString(), name);
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : ((long, long, long)?)null;
    });

    public List<(long Sequence, byte[] Data)> ReadEntries(GrainId grain, string name, long from, int count) => Read(statements =>
    {
        var entries = new List<(long, byte[])>();
        using var rows = statements.Query(
            "SELECT sequence, data FROM entries WHERE log=(SELECT id FROM logs WHERE grain=?1 AND name=?2) AND sequence>=?3 ORDER BY sequence LIMIT ?4",
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

    public List<(GrainId Grain, string Name, DateTimeOffset Start, TimeSpan Period)> ReadReminders() => Read(statements =>
    {
        var reminders = new List<(GrainId, string, DateTimeOffset, TimeSpan)>();
        using var rows = statements.Query("SELECT grain, name, start, period FROM reminders");
        while (rows.Read())
        {
            reminders.Add((GrainId.Parse(rows.GetString(0)), rows.GetString(1), new(rows.GetInt64(2), TimeSpan.Zero), new(rows.GetInt64(3))));
        }

        return reminders;
    });

    /// <summary>Ends like a killed process: what waits to be written is not.</summary>
    public void Abort() => Close(_writer.Abort);

    /// <summary>Ends when everything that waits is on disk.</summary>
    public void Dispose() => Close(_writer.Dispose);

    private void Close(Action endWriter)
    {
        endWriter();
        lock (_reading)
        {
            _statements.Dispose();
        }

        _lock.Dispose();
    }

    private T Read<T>(Func<Statements, T> read)
    {
        try
        {
            lock (_reading)
            {
                return read(_statements);
            }
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
