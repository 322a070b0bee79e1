namespace Platform.GrainRuntime.Storage;

/// <summary>Where one collection of one grain is stored.</summary>
public interface IItemsStore
{
    /// <summary>What is stored; without a version when nothing is.</summary>
    Task<(long? Etag, IReadOnlyCollection<KeyValuePair<string, byte[]>> Items)> ReadAsync();

    /// <summary>Stores changes in one step; done when they are durable.</summary>
    /// <param name="expected">The version the changes are based on; null when nothing was stored.</param>
    /// <param name="clear">Remove what is stored first.</param>
    /// <param name="changes">New values by key; null removes.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="InconsistentStateException">Another version is stored.</exception>
    Task<long> WriteAsync(long? expected, bool clear, IReadOnlyCollection<KeyValuePair<string, byte[]?>> changes);
}
