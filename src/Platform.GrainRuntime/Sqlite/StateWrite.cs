namespace Platform.GrainRuntime.Sqlite;

/// <summary>Writes or removes (with null) one stored value.</summary>
internal sealed class StateWrite(GrainId grain, string name, long? expected, byte[]? data) : StorageWrite
{
    /// <summary>The new version, null when removed; known when <see cref="StorageWrite.Done"/>.</summary>
    public long? Etag { get; private set; }

    protected override InconsistentStateException? Write(Statements statements, long etag)
    {
        var key = grain.ToString();
        var isWritten = (expected, data) switch
        {
            (null, null) => statements.Scalar("SELECT 1 FROM state WHERE grain=?1 AND name=?2", key, name) is null,
            (null, _) => statements.Execute("INSERT OR IGNORE INTO state(grain, name, etag, data) VALUES(?1, ?2, ?3, ?4)", key, name, etag, data) == 1,
            (_, null) => statements.Execute("DELETE FROM state WHERE grain=?1 AND name=?2 AND etag=?3", key, name, expected) == 1,
            _ => statements.Execute("UPDATE state SET etag=?3, data=?4 WHERE grain=?1 AND name=?2 AND etag=?5", key, name, etag, data, expected) == 1,
        };
        if (!isWritten)
        {
            return Conflict("state", grain, name, statements.Scalar("SELECT etag FROM state WHERE grain=?1 AND name=?2", key, name), expected);
        }

        Etag = data is null ? null : etag;
        return null;
    }
}
