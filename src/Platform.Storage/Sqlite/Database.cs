using System.Buffers.Binary;
using Microsoft.Data.Sqlite;

namespace Platform.Storage.Sqlite;

/// <summary>Opens the database file: settings, integrity, schema.</summary>
internal static class Database
{
    private const int SchemaVersion = 2;

    /// <summary>The form of before the first release, one version for each part of a grain.</summary>
    private const int UnreleasedVersion = 1;

    /// <summary>Up to this size the whole file is checked at start, which takes some 0.2 s; beyond it, header and length.</summary>
    private const long CheckedSize = 64L << 20;

    private const string Schema = $"""
        CREATE TABLE records(id INTEGER PRIMARY KEY, grain TEXT NOT NULL UNIQUE, version INTEGER NOT NULL);
        CREATE TABLE states(record INTEGER NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(record, name)) WITHOUT ROWID;
        CREATE TABLE items(record INTEGER NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(record, collection, key)) WITHOUT ROWID;
        CREATE TABLE logs(record INTEGER NOT NULL, name TEXT NOT NULL, first INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY(record, name)) WITHOUT ROWID;
        CREATE TABLE entries(record INTEGER NOT NULL, log TEXT NOT NULL, sequence INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(record, log, sequence)) WITHOUT ROWID;
        CREATE TABLE generation(number INTEGER NOT NULL);
        INSERT INTO generation VALUES(0);
        """;

    /// <summary>Opens the file for writing, and makes it when it is missing.</summary>
    /// <returns>The connection, and a number that grows with every opening.</returns>
    /// <exception cref="StorageException">The file is damaged, of a newer version, or cannot be written.</exception>
    public static (SqliteConnection Connection, long Generation) Open(string path)
    {
        SqliteConnection? connection = null;
        try
        {
            if (!File.Exists(path))
                Create(path);
            CheckHeader(path);
            connection = Connect(path);
            Execute(connection, "PRAGMA journal_mode=WAL");
            Execute(connection, "PRAGMA synchronous=FULL");
            Execute(connection, "PRAGMA wal_autocheckpoint=4000");
            Execute(connection, "PRAGMA journal_size_limit=67108864");

            // Brings what a killed process left in the -wal file into the main file, so that its length can be judged.
            Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            CheckLength(path);
            CheckContent(connection, path);
            CheckVersion(connection, path);
            Execute(connection, "UPDATE generation SET number = number + 1");
            return (connection, (long)Execute(connection, "SELECT number FROM generation")!);
        }
        catch (SqliteException failure)
        {
            connection?.Dispose();
            throw StorageErrors.Explain(failure, path);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>A second connection to the open database.</summary>
    public static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 10 }.ToString());
        connection.Open();
        return connection;
    }

    public static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>A new database appears under its name only when it is whole, so that an empty file is always a damaged one.</summary>
    private static void Create(string path)
    {
        if (File.Exists(path + "-wal"))
        {
            throw new StorageException($"{path} is missing, but its -wal file is there. Restore it from a backup, or move the -wal file away to start empty; nothing was changed.");
        }

        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var connection = Connect(unfinished))
        {
            Execute(connection, $"BEGIN IMMEDIATE; {Schema} PRAGMA user_version={SchemaVersion}; COMMIT;");
        }

        File.Move(unfinished, path);
    }

    private static void CheckVersion(SqliteConnection connection, string path)
    {
        var version = (long)Execute(connection, "PRAGMA user_version")!;
        if (version > SchemaVersion)
        {
            throw new StorageException($"{path} was written by a newer version of this program (format {version}, this one knows {SchemaVersion}). Start that version, or restore a backup.");
        }

        if (version == UnreleasedVersion)
        {
            throw new StorageException($"{path} was written by a version from before the first release (format {version}), which this one cannot read. Move it and its -wal file away to start empty; nothing was changed.");
        }

        if (version < 1)
        {
            throw StorageErrors.Damaged(path, "it has no version");
        }
    }

    private static void CheckHeader(string path)
    {
        // https://www.sqlite.org/fileformat.html#the_database_header: 100 bytes that begin with this text.
        var file = new FileInfo(path);
        Span<byte> header = stackalloc byte[16];
        try
        {
            using var stream = file.OpenRead();
            if (stream.ReadAtLeast(header, 16, throwOnEndOfStream: false) < 16 || !header.SequenceEqual("SQLite format 3\0"u8) || file.Length < 512)
            {
                throw StorageErrors.Damaged(path, "its header is not one");
            }
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StorageException($"{path} cannot be read. Give this user the right to read and write it.", failure);
        }
    }

    private static void CheckLength(string path)
    {
        Span<byte> header = stackalloc byte[32];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (stream.ReadAtLeast(header, 32, throwOnEndOfStream: false) < 32)
        {
            return;
        }

        // Offset 16: page size, where 1 means 65536; offset 28: the number of pages.
        int pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        var expected = (pageSize == 1 ? 65536L : pageSize) * BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
        if (stream.Length < expected)
        {
            throw StorageErrors.Damaged(path, $"it has {stream.Length} bytes of {expected}");
        }
    }

    private static void CheckContent(SqliteConnection connection, string path)
    {
        if (new FileInfo(path).Length <= CheckedSize && Execute(connection, "PRAGMA quick_check(1)") is string and not "ok" and var problem)
        {
            throw StorageErrors.Damaged(path, problem);
        }
    }
}
