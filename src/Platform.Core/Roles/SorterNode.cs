namespace Platform.Core.Roles;

/// <summary>
/// A node of the sorter's tree. Clients are always leaves: a client that is also a parent gets the virtual leaf "." below
/// itself, which competes with the children. Active children stand first and, unless the node is dirty, in fair order.
/// </summary>
internal sealed class SorterNode
{
    internal SorterNode(string name, SorterNodeKind kind, SorterNode? parent)
    {
        Name = name;
        Kind = kind;
        Parent = parent;
        Path = parent is null ? "" : parent.Parent is null ? name : $"{parent.Path}/{name}";
    }

    internal const string VirtualLeaf = ".";

    internal string Name { get; }

    /// <summary>Includes the "." of a virtual leaf: it takes part in ties.</summary>
    internal string Path { get; }

    internal SorterNodeKind Kind { get; set; }

    internal SorterNode? Parent { get; }

    internal SorterClient? Client { get; set; }

    internal double Share { get; set; }

    internal double Weight { get; set; } = 1;

    internal QuantityLedger Allocation { get; set; } = new();

    internal long AllocationCount { get; set; }

    internal List<SorterNode> Children { get; } = [];

    /// <summary>How many children, from the first, are not inactive leaves.</summary>
    internal int ActiveChildren { get; set; }

    /// <summary>Whether the active children may be out of order.</summary>
    internal bool IsDirty { get; set; }

    internal Dictionary<string, SorterNode>? ChildrenByName { get; private set; }

    internal bool IsLeaf => Kind != SorterNodeKind.Internal;

    internal void AddChild(SorterNode child)
    {
        (ChildrenByName ??= new(StringComparer.Ordinal))[child.Name] = child;
        if (child.Kind == SorterNodeKind.InactiveLeaf)
        {
            Children.Add(child);
        }
        else
        {
            Children.Insert(ActiveChildren, child);
            ActiveChildren++;
            IsDirty = true;
        }
    }

    internal void RemoveChild(SorterNode child)
    {
        ChildrenByName!.Remove(child.Name);
        var index = IndexOf(child);
        Children.RemoveAt(index);
        if (index < ActiveChildren)
            ActiveChildren--;
    }

    /// <summary>Where an active child stands in a node that is not dirty; -1 if it does not.</summary>
    internal int FindActive(SorterNode child)
    {
        int low = 0, high = ActiveChildren - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Compare(Children[middle], child);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }

    private int IndexOf(SorterNode child)
    {
        var isActive = child.Kind != SorterNodeKind.InactiveLeaf;
        // Its share may be that of another time: then it is looked for one by one.
        if (isActive && !IsDirty && FindActive(child) is >= 0 and var found && Children[found] == child)
            return found;
        return isActive ? Children.IndexOf(child, 0, ActiveChildren) : Children.IndexOf(child, ActiveChildren);
    }

    internal static int Compare(SorterNode left, SorterNode right)
    {
        var byShare = left.Share.CompareTo(right.Share);
        if (byShare != 0)
            return byShare;
        var byCount = left.AllocationCount.CompareTo(right.AllocationCount);
        return byCount != 0 ? byCount : string.CompareOrdinal(left.Path, right.Path);
    }
}
