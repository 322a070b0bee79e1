namespace Platform.GrainRuntime.Sqlite;

/// <summary>Appends to and trims one stored log.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The log's name.</param>
/// <param name="expected">The version the change is based on; null when nothing is stored.</param>
/// <param name="first">The lowest sequence number to keep.</param>
/// <param name="from">The sequence number of the first new entry.</param>
/// <param name="entries">The new entries.</param>
internal sealed class LogWrite(GrainId grain, string name, long? expected, long first, long from, IReadOnlyList<byte[]> entries) : StorageWrite
{
    /// <summary>The new version; known when <see cref="StorageWrite.Done"/>.</summary>
    public long Etag { get; private set; }

    protected override InconsistentStateException? Write(Statements statements, long etag)
    {
        var key = grain.ToString();
        var next = from + entries.Count;
        var id = expected is null
            ? statements.Scalar("INSERT OR IGNORE INTO logs(grain, name, etag, first, next) VALUES(?1, ?2, ?3, ?4, ?5) RETURNING id", key, name, etag, first, next)
            : statements.Scalar("UPDATE logs SET etag=?3, first=?4, next=?5 WHERE grain=?1 AND name=?2 AND etag=?6 RETURNING id", key, name, etag, first, next, expected);
        if (id is null)
        {
            return Conflict("log", grain, name, statements.Scalar("SELECT etag FROM logs WHERE grain=?1 AND name=?2", key, name), expected);
        }

        for (var i = 0; i < entries.Count; i++)
        {
            statements.Execute("INSERT INTO entries(log, sequence, data) VALUES(?1, ?2, ?3)", id, from + i, entries[i]);
        }

        statements.Execute("DELETE FROM entries WHERE log=?1 AND sequence<?2", id, first);
        Etag = etag;
        return null;
    }
}
