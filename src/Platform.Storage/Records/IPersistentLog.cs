namespace Platform.Storage.Records;

/// <summary>A stored sequence of one grain: appended at its end, trimmed at its beginning, not held in memory.</summary>
/// <typeparam name="T">The entries' type.</typeparam>
public interface IPersistentLog<T>
{
    /// <summary>The sequence number the next <see cref="Append(T)"/> gives; the first entry ever has 1.</summary>
    long NextSequence { get; }

    /// <summary>The lowest sequence number that was not trimmed; equals <see cref="NextSequence"/> when the log is empty.</summary>
    long FirstSequence { get; }

    /// <summary>Stages an entry and returns its sequence number.</summary>
    long Append(T entry);

    /// <summary>Stages an entry and returns its sequence number.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="bytes">The size of its stored form, bytes.</param>
    long Append(T entry, out int bytes);

    /// <summary>
    /// Stores what is staged in one step; done when it is on disk. After a failure it is still staged, and the next write tries again.
    /// </summary>
    /// <exception cref="StorageException">The disk refused; nothing of this write is stored.</exception>
    Task WriteAsync();

    /// <summary>Reads entries in order, staged ones included.</summary>
    /// <param name="fromSequence">The first one wanted; one that was trimmed means the first that was not.</param>
    /// <param name="count">How many at most.</param>
    ValueTask<IReadOnlyList<LogEntry<T>>> ReadAsync(long fromSequence, int count);

    /// <summary>Stages the removal of all entries before <paramref name="sequence"/>.</summary>
    void TrimBefore(long sequence);
}
