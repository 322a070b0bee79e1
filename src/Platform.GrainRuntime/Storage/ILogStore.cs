namespace Platform.GrainRuntime.Storage;

/// <summary>Where one log of one grain is stored.</summary>
public interface ILogStore
{
    /// <summary>The version and bounds; null when nothing is stored.</summary>
    Task<(long Etag, long First, long Next)?> ReadAsync();

    /// <summary>Stored entries in order, from a sequence number on.</summary>
    Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadAsync(long from, int count);

    /// <summary>Appends and trims in one step; done when it is durable.</summary>
    /// <param name="expected">The version the change is based on; null when nothing was stored.</param>
    /// <param name="first">The lowest sequence number to keep.</param>
    /// <param name="from">The sequence number of the first new entry.</param>
    /// <param name="entries">The new entries.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="InconsistentStateException">Another version is stored.</exception>
    Task<long> WriteAsync(long? expected, long first, long from, IReadOnlyList<byte[]> entries);
}
