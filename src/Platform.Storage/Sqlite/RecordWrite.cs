using Platform.Storage.Records;

namespace Platform.Storage.Sqlite;

/// <summary>Changes one record.</summary>
/// <param name="grain">Whose.</param>
/// <param name="expected">The version the changes are based on; null when nothing is stored.</param>
/// <param name="changes">What is new.</param>
internal sealed class RecordWrite(GrainId grain, long? expected, RecordChanges changes) : StorageWrite
{
    /// <summary>The new version, null when nothing is left; known when <see cref="StorageWrite.Done"/>.</summary>
    public long? Version { get; private set; }

    protected override InconsistentStateException? Write(Statements statements, long version)
    {
        var key = grain.ToString();
        var id = expected is null
            ? statements.Scalar("INSERT OR IGNORE INTO records(grain, version) VALUES(?1, ?2) RETURNING id", key, version)
            : statements.Scalar("UPDATE records SET version=?2 WHERE grain=?1 AND version=?3 RETURNING id", key, version, expected);
        if (id is null)
            return Conflict(key, statements.Scalar("SELECT version FROM records WHERE grain=?1", key));

        foreach (var (name, data) in changes.States)
            WriteState(statements, id, name, data);
        foreach (var collection in changes.Collections)
            WriteItems(statements, id, collection);
        foreach (var log in changes.Logs)
            WriteLog(statements, id, log);
        Version = Removes() && IsEmpty(statements, id) ? null : version;
        if (Version is null)
            statements.Execute("DELETE FROM records WHERE id=?1", id);
        return null;
    }

    private static void WriteState(Statements statements, object id, string name, byte[]? data)
    {
        if (data is null)
            statements.Execute("DELETE FROM states WHERE record=?1 AND name=?2", id, name);
        else
            statements.Execute("INSERT INTO states(record, name, data) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET data=excluded.data", id, name, data);
    }

    private static void WriteItems(Statements statements, object id, ItemsChange collection)
    {
        if (collection.Clear)
            statements.Execute("DELETE FROM items WHERE record=?1 AND collection=?2", id, collection.Name);
        foreach (var (key, data) in collection.Items)
        {
            if (data is null)
                statements.Execute("DELETE FROM items WHERE record=?1 AND collection=?2 AND key=?3", id, collection.Name, key);
            else
                statements.Execute("INSERT INTO items(record, collection, key, data) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET data=excluded.data", id, collection.Name, key, data);
        }
    }

    private static void WriteLog(Statements statements, object id, LogChange log)
    {
        statements.Execute(
            "INSERT INTO logs(record, name, first, next) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET first=excluded.first, next=excluded.next",
            id,
            log.Name,
            log.First,
            log.From + log.Entries.Count);
        for (var i = 0; i < log.Entries.Count; i++)
            statements.Execute("INSERT INTO entries(record, log, sequence, data) VALUES(?1, ?2, ?3, ?4)", id, log.Name, log.From + i, log.Entries[i]);
        statements.Execute("DELETE FROM entries WHERE record=?1 AND log=?2 AND sequence<?3", id, log.Name, log.First);
    }

    private static bool IsEmpty(Statements statements, object id) => statements.Scalar(
        "SELECT EXISTS(SELECT 1 FROM states WHERE record=?1) OR EXISTS(SELECT 1 FROM items WHERE record=?1) OR EXISTS(SELECT 1 FROM logs WHERE record=?1)", id) is 0L;

    private bool Removes() =>
        changes.States.Exists(state => state.Value is null)
        || changes.Collections.Exists(collection => collection.Clear || collection.Items.Any(item => item.Value is null));

    private InconsistentStateException Conflict(string key, object? stored) => new(
        $"The record of grain {key} was written by something else: version {stored ?? "none"} is stored, version {expected?.ToString() ?? "none"} was expected.",
        stored?.ToString() ?? "",
        expected?.ToString() ?? "");
}
