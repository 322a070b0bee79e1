using Platform.Core.Collections;

namespace Platform.Contracts.Directory;

/// <summary>The index of all grains of one kind, for listing. Keyed by kind, see <see cref="DirectoryKinds"/>.</summary>
public interface IDirectoryGrain : IGrainWithStringKey
{
    /// <summary>Adds ids; durable when it returns. Idempotent.</summary>
    Task AddAsync(ValueList<string> ids);

    /// <summary>Removes ids. Idempotent.</summary>
    Task RemoveAsync(ValueList<string> ids);

    /// <summary>The ids that begin with the prefix, in order.</summary>
    [AlwaysInterleave]
    Task<ValueList<string>> ListAsync(string prefix = "");
}
