namespace Platform.GrainRuntime.Sqlite;

/// <summary>Writes changes of one stored collection.</summary>
/// <param name="grain">The grain.</param>
/// <param name="name">The collection's name.</param>
/// <param name="expected">The version the changes are based on; null when nothing is stored.</param>
/// <param name="clear">Remove what is stored first.</param>
/// <param name="changes">New values by key; null removes.</param>
internal sealed class ItemsWrite(GrainId grain, string name, long? expected, bool clear, IReadOnlyCollection<KeyValuePair<string, byte[]?>> changes) : StorageWrite
{
    /// <summary>The new version; known when <see cref="StorageWrite.Done"/>.</summary>
    public long Etag { get; private set; }

    protected override InconsistentStateException? Write(Statements statements, long etag)
    {
        var key = grain.ToString();
        var id = expected is null
            ? statements.Scalar("INSERT OR IGNORE INTO collections(grain, name, etag) VALUES(?1, ?2, ?3) RETURNING id", key, name, etag)
            : statements.Scalar("UPDATE collections SET etag=?3 WHERE grain=?1 AND name=?2 AND etag=?4 RETURNING id", key, name, etag, expected);
        if (id is null)
        {
            return Conflict("items", grain, name, statements.Scalar("SELECT etag FROM collections WHERE grain=?1 AND name=?2", key, name), expected);
        }

        if (clear)
        {
            statements.Execute("DELETE FROM items WHERE collection=?1", id);
        }

        foreach (var (item, data) in changes)
        {
            if (data is null)
            {
                statements.Execute("DELETE FROM items WHERE collection=?1 AND key=?2", id, item);
            }
            else
            {
                statements.Execute("INSERT INTO items(collection, key, data) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET data=excluded.data", id, item, data);
            }
        }

        Etag = etag;
        return null;
    }
}
