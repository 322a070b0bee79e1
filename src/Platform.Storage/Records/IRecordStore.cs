namespace Platform.Storage.Records;

/// <summary>Where the records of all grains are.</summary>
/// <remarks>
/// A grain has one record. Its parts (states, collections, logs) change in one step under one version, so that no crash leaves a part
/// of a write, and a second activation of the grain cannot write beside the first.
/// </remarks>
public interface IRecordStore
{
    /// <summary>All of a record but the entries of its logs.</summary>
    /// <exception cref="StorageException">The storage cannot be read.</exception>
    Task<StoredRecord> ReadAsync(GrainId grain);

    /// <summary>Stored entries of a log in order, from a sequence number on.</summary>
    /// <exception cref="StorageException">The storage cannot be read.</exception>
    Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadEntriesAsync(GrainId grain, string log, long from, int count);

    /// <summary>Stores changes in one step; done when they are durable.</summary>
    /// <param name="grain">Whose record.</param>
    /// <param name="expected">The version that the changes are based on; null when nothing was stored.</param>
    /// <param name="changes">What is new.</param>
    /// <returns>The new version; null when nothing is left that is stored.</returns>
    /// <exception cref="InconsistentStateException">Another version is stored. Nothing was changed.</exception>
    /// <exception cref="StorageException">The storage refused or could not be reached. What is stored is known when the record is read again.</exception>
    Task<long?> WriteAsync(GrainId grain, long? expected, RecordChanges changes);
}
