using Platform.Contracts.Agents;

namespace Platform.Contracts.Ownership;

/// <summary>All kinds of owners that are registered, to find the grain behind an owner text.</summary>
/// <param name="kinds">The kinds.</param>
public sealed class TaskOwnerKinds(IEnumerable<TaskOwnerKind> kinds)
{
    private readonly Dictionary<string, TaskOwnerKind> _byPrefix = kinds.ToDictionary(kind => kind.Prefix, StringComparer.Ordinal);

    /// <summary>All kinds.</summary>
    public IReadOnlyCollection<TaskOwnerKind> All => _byPrefix.Values;

    /// <summary>The grain behind an owner text; null if no kind of owner has that prefix.</summary>
    public ITaskOwnerGrain? Find(IGrainFactory grains, string owner)
    {
        var colon = owner.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(owner.AsSpan(0, colon), out var kind)
            ? kind.Find(grains, owner[(colon + 1)..])
            : null;
    }
}
