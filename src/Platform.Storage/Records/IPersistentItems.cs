using Platform.Core.Collections;

namespace Platform.Storage.Records;

/// <summary>
/// A stored collection of one grain that grows with use: a write costs what changed, not what is there. All items are in memory,
/// read before the grain is activated.
/// </summary>
/// <typeparam name="T">The items' type; serialized when written, so treat an item as immutable or call <see cref="IKeptItems{T}.Set"/> again after a change.</typeparam>
public interface IPersistentItems<T> : IKeptItems<T>
{
    /// <summary>
    /// Stores all staged changes in one step; done when they are on disk. Without staged changes nothing is written. After a failure
    /// the changes are still staged, and the next write tries them again.
    /// </summary>
    /// <exception cref="StorageException">The disk refused; nothing of this write is stored.</exception>
    Task WriteAsync();

    /// <summary>Removes all items, staged ones too.</summary>
    Task ClearAsync();
}
