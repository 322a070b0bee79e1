using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Contracts.Directory;

/// <summary>The index of all grains of one kind, for listing. Keyed by kind, see <see cref="DirectoryKinds"/>.</summary>
[Alias("Platform.IDirectoryGrain")]
public interface IDirectoryGrain : IGrainWithStringKey, IWakeable
{
    /// <summary>Adds ids; durable when it returns. Idempotent.</summary>
    [Alias("Add")]
    Task AddAsync(ValueList<string> ids);

    /// <summary>Removes ids. Idempotent.</summary>
    [Alias("Remove")]
    Task RemoveAsync(ValueList<string> ids);

    /// <summary>The ids that begin with the prefix, in order.</summary>
    [AlwaysInterleave, Alias("List")]
    Task<ValueList<string>> ListAsync(string prefix = "");

    /// <summary>Takes a name that must be unique in this directory for an id, which may hold one name; durable when it returns.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">Who wants it.</param>
    /// <param name="from">Take it from this id if it is the holder.</param>
    /// <returns>Who holds the name now: <paramref name="id"/>, or the one who had it before.</returns>
    [Alias("ClaimName")]
    Task<string> ClaimNameAsync(string name, string id, string? from = null);
}
