namespace Platform.GrainRuntime.Sqlite;

/// <summary>Writes or removes (without times) one reminder. The last writer wins.</summary>
internal sealed class ReminderWrite(GrainId grain, string name, DateTimeOffset? start, TimeSpan period) : StorageWrite
{
    protected override InconsistentStateException? Write(Statements statements, long etag)
    {
        var key = grain.ToString();
        if (start is { } time)
        {
            statements.Execute(
                "INSERT INTO reminders(grain, name, start, period) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET start=excluded.start, period=excluded.period",
                key,
                name,
                time.UtcTicks,
                period.Ticks);
        }
        else
        {
            statements.Execute("DELETE FROM reminders WHERE grain=?1 AND name=?2", key, name);
        }

        return null;
    }
}
