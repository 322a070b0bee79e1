using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Contracts.Directory;

/// <summary>Calls of directories that are made again beside themselves when no answer comes: see <see cref="PatientCall"/>. All of them may arrive twice.</summary>
public static class DirectoryCalls
{
    /// <summary>The ids that begin with the prefix, in order.</summary>
    /// <param name="grains">Where grains are found.</param>
    /// <param name="kind">See <see cref="DirectoryKinds"/>.</param>
    /// <param name="prefix">The prefix. Default: none, which is all ids.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public static Task<ValueList<string>> ListAsync(this IGrainFactory grains, string kind, string prefix = "", TimeProvider? time = null) =>
        PatientCall.AskAsync(() => grains.GetGrain<IDirectoryGrain>(kind).ListAsync(prefix), static () => true, time ?? TimeProvider.System);

    /// <summary>Adds an id; durable when it returns.</summary>
    /// <param name="grains">Where grains are found.</param>
    /// <param name="kind">See <see cref="DirectoryKinds"/>.</param>
    /// <param name="id">The id.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public static Task AddToAsync(this IGrainFactory grains, string kind, string id, TimeProvider? time = null) =>
        PatientCall.AskAsync(() => grains.GetGrain<IDirectoryGrain>(kind).AddAsync([id]), static () => true, time ?? TimeProvider.System);

    /// <summary>Removes an id.</summary>
    /// <param name="grains">Where grains are found.</param>
    /// <param name="kind">See <see cref="DirectoryKinds"/>.</param>
    /// <param name="id">The id.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public static Task RemoveFromAsync(this IGrainFactory grains, string kind, string id, TimeProvider? time = null) =>
        PatientCall.AskAsync(() => grains.GetGrain<IDirectoryGrain>(kind).RemoveAsync([id]), static () => true, time ?? TimeProvider.System);
}
