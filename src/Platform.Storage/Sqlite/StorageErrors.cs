using Microsoft.Data.Sqlite;

namespace Platform.Storage.Sqlite;

/// <summary>Says of a failure of the database what it means and what to do.</summary>
internal static class StorageErrors
{
    // Result codes: https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static StorageException Explain(SqliteException failure, string path) => new(
        failure.SqliteErrorCode switch
        {
            Full => $"The disk that holds {path} is full. Nothing of this write is stored. Free some space; writes work again as soon as there is room.",
            InputOutput => $"The disk that holds {path} failed ({failure.Message}). Nothing of this write is stored. Check the disk and its free space.",
            ReadOnly => $"{path} cannot be written. Give this user the right to write it and its folder.",
            CannotOpen => $"{path} cannot be opened. Check that its folder exists and that this user may read and write it.",
            Corrupt or NotADatabase => Damaged(path).Message,
            Busy => $"{path} is in use by another program. Stop it, or choose another data directory.",
            _ => $"The database {path} failed: {failure.Message}",
        },
        failure);

    public static StorageException Damaged(string path, string? detail = null) => new(
        $"{path} is damaged or not a database of this program{(detail is null ? "" : $" ({detail})")}. "
        + "Restore it from a backup, or move it and its -wal file away to start empty; nothing was changed.");
}
