namespace Platform.Core.Roles;

/// <summary>Someone who gets a share: a role in the sorter of roles, a framework or an owner in the sorter of one role.</summary>
public sealed class SorterClient
{
    internal SorterClient(string path, object? tag)
    {
        Path = path;
        Tag = tag;
    }

    /// <summary>The path under which the client was added.</summary>
    public string Path { get; }

    /// <summary>What the caller attached to the client.</summary>
    public object? Tag { get; }

    /// <summary>True when the client takes part in the order.</summary>
    public bool IsActive => Leaf.Kind == SorterNodeKind.ActiveLeaf;

    /// <summary>The scalars that are allocated to it.</summary>
    public ResourceQuantities Allocated => Leaf.Allocation.Quantities;

    /// <summary>How often it was chosen; decides between equal shares.</summary>
    public long AllocationCount => Leaf.AllocationCount;

    internal SorterNode Leaf { get; set; } = null!;
}
