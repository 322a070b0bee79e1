using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Core.Collections;

namespace Platform.Contracts.Ownership;

/// <summary>A kind of grain that owns tasks. One is registered for apps, one for each other kind, and that is all that the rest must know of it.</summary>
/// <param name="Prefix">What owner texts of this kind begin with before the colon, such as <c>app</c> of <c>app:/shop/web</c>.</param>
/// <param name="ListAsync">The keys of those that have, or may have, tasks or demands: they are woken after a start and resync with a new allocator.</param>
/// <param name="Find">The grain with a key: what follows the colon.</param>
public sealed record TaskOwnerKind(string Prefix, Func<IGrainFactory, Task<ValueList<string>>> ListAsync, Func<IGrainFactory, string, ITaskOwnerGrain> Find)
{
    /// <summary>A kind whose keys are the ids of a directory.</summary>
    public static TaskOwnerKind Listed(string prefix, string directory, Func<IGrainFactory, string, ITaskOwnerGrain> find) =>
        new(prefix, grains => grains.ListAsync(directory), find);

    /// <summary>The owner text of one of this kind.</summary>
    public string OwnerText(string key) => $"{Prefix}:{key}";
}
