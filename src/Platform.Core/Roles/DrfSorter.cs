using System.Collections.Immutable;

namespace Platform.Core.Roles;

/// <summary>
/// Orders clients by weighted dominant-resource fairness. A client's share is the largest fraction that it holds of any
/// scalar of the cluster, divided by its weight; the smallest share comes first, then the fewest allocations ever, then the
/// path. In a tree, siblings compete with the sums of their subtrees, and the order is the pre-order of the tree. Rules of
/// Mesos' hierarchical DRF sorter; unlike there, taking something away keeps the order up to date in place.
/// </summary>
public sealed class DrfSorter
{
    private readonly FairnessTotals _totals;
    private readonly ImmutableHashSet<string> _excluded;
    private readonly bool _isHierarchical;
    private readonly SorterNode _root = new("", SorterNodeKind.Internal, null);
    private readonly Dictionary<string, SorterClient> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _weights = new(StringComparer.Ordinal);
    private SorterClient[]? _order;
    private long _totalsVersion = -1;

    /// <summary>Makes a sorter without clients.</summary>
    /// <param name="totals">What shares are measured against.</param>
    /// <param name="excluded">Resource names that do not count for shares. Default none.</param>
    /// <param name="isHierarchical">Whether paths with slashes make a tree. Default true; false for names that are no roles.</param>
    public DrfSorter(FairnessTotals totals, ImmutableHashSet<string>? excluded = null, bool isHierarchical = true)
    {
        _totals = totals;
        _excluded = excluded ?? [];
        _isHierarchical = isHierarchical;
    }

    /// <summary>How many clients there are, active or not.</summary>
    public int Count => _clients.Count;

    /// <summary>The scalars allocated to all clients together.</summary>
    public ResourceQuantities Allocated => _root.Allocation.Quantities;

    /// <summary>The client of a path; null when there is none.</summary>
    public SorterClient? Find(string path) => _clients.GetValueOrDefault(path);

    /// <summary>Adds a client, inactive and with nothing allocated.</summary>
    /// <param name="path">Its path; must be new.</param>
    /// <param name="tag">Anything the caller wants to find on the client.</param>
    public SorterClient Add(string path, object? tag = null)
    {
        var client = new SorterClient(path, tag);
        _clients.Add(path, client);
        var leaf = _isHierarchical && path.Contains('/', StringComparison.Ordinal)
            ? AddPath(path.Split('/'))
            : AddPath([path]);
        leaf.Client = client;
        client.Leaf = leaf;
        _order = null;
        return client;
    }

    /// <summary>Removes a client with all that is allocated to it.</summary>
    public void Remove(SorterClient client)
    {
        _clients.Remove(client.Path);
        var leaf = client.Leaf;
        var held = leaf.Allocation;
        var current = leaf;
        while (current != _root)
        {
            var parent = current.Parent!;
            parent.Allocation.Subtract(held);
            if (current.Children.Count == 0)
            {
                parent.RemoveChild(current);
            }
            else if (current.Children.Count == 1 && current.Children[0].Name == SorterNode.VirtualLeaf)
            {
                // Only the client of this very path is left: it becomes a plain leaf again.
                var child = current.Children[0];
                parent.RemoveChild(current);
                current.Kind = child.Kind;
                current.RemoveChild(child);
                current.Client = child.Client;
                current.Client!.Leaf = current;
                parent.AddChild(current);
            }
            parent.IsDirty = true;
            current = parent;
        }
        _order = null;
    }

    /// <summary>Lets a client take part in the order.</summary>
    public void Activate(SorterClient client) => SetKind(client, SorterNodeKind.ActiveLeaf);

    /// <summary>Takes a client out of the order; what is allocated to it still counts for its parents.</summary>
    public void Deactivate(SorterClient client) => SetKind(client, SorterNodeKind.InactiveLeaf);

    /// <summary>Sets the weight of a path; it holds for a client or a whole subtree, also one that comes later. Default 1.</summary>
    /// <param name="path">The path.</param>
    /// <param name="weight">Above 0.</param>
    public void UpdateWeight(string path, double weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);
        _weights[path] = weight;
        if (FindNode(path) is { } node)
        {
            node.Weight = weight;
            Reposition(node);
        }
    }

    /// <summary>Adds an allocation and counts it for the client and its ancestors.</summary>
    public void Allocate(SorterClient client, string agentId, Resources resources)
    {
        for (var node = client.Leaf; node is not null; node = node.Parent!)
        {
            var ledger = node.Allocation;
            var place = BeginMove(node);
            ledger.Add(agentId, resources);
            node.AllocationCount++;
            EndMove(node, place);
        }
    }

    /// <summary>Takes an allocation back.</summary>
    public void Unallocate(SorterClient client, string agentId, Resources resources)
    {
        for (var node = client.Leaf; node is not null; node = node.Parent!)
        {
            var place = BeginMove(node);
            node.Allocation.Subtract(agentId, resources);
            EndMove(node, place);
        }
    }

    /// <summary>Changes an allocation without counting it.</summary>
    public void Update(SorterClient client, string agentId, Resources before, Resources after)
    {
        for (var node = client.Leaf; node is not null; node = node.Parent!)
        {
            var place = BeginMove(node);
            node.Allocation.Subtract(agentId, before);
            node.Allocation.Add(agentId, after);
            EndMove(node, place);
        }
    }

    /// <summary>The active clients in fair order. The list is never changed afterwards.</summary>
    public IReadOnlyList<SorterClient> Sort() => SortToArray();

    internal SorterClient[] SortToArray()
    {
        Refresh();
        if (_order is not null)
            return _order;
        var order = new List<SorterClient>(_clients.Count);
        Flatten(_root, order);
        return _order = [.. order];
    }

    /// <summary>The active client at a place of the fair order, from 0 on; null behind the last. For who stops early: without a tree no list is made.</summary>
    public SorterClient? At(int place)
    {
        Refresh();
        if (_isHierarchical || _order is not null)
            return SortToArray() is var order && place < order.Length ? order[place] : null;
        SortChildren(_root);
        return place < _root.ActiveChildren ? _root.Children[place].Client : null;
    }

    private void Refresh()
    {
        if (_totalsVersion != _totals.Version)
        {
            _totalsVersion = _totals.Version;
            MarkAllDirty(_root);
            _order = null;
        }
    }

    private static void MarkAllDirty(SorterNode node)
    {
        node.IsDirty = true;
        for (var index = 0; index < node.ActiveChildren; index++)
        {
            if (node.Children[index].Kind == SorterNodeKind.Internal)
                MarkAllDirty(node.Children[index]);
        }
    }

    private void Flatten(SorterNode node, List<SorterClient> order)
    {
        SortChildren(node);
        for (var index = 0; index < node.ActiveChildren; index++)
        {
            var child = node.Children[index];
            if (child.Kind == SorterNodeKind.Internal)
                Flatten(child, order);
            else
                order.Add(child.Client!);
        }
    }

    private void SortChildren(SorterNode node)
    {
        if (!node.IsDirty)
            return;
        for (var index = 0; index < node.ActiveChildren; index++)
            node.Children[index].Share = ShareOf(node.Children[index]);
        node.Children.Sort(0, node.ActiveChildren, Comparer<SorterNode>.Create(SorterNode.Compare));
        node.IsDirty = false;
    }

    private double ShareOf(SorterNode node)
    {
        var totals = _totals.Quantities;
        ref readonly var held = ref node.Allocation.Quantities;
        var share = 0d;
        if (_excluded.Count == 0)
        {
            if (totals.Cpus > 0)
                share = (double)held.Cpus / totals.Cpus;
            if (totals.Mem > 0)
                share = Math.Max(share, (double)held.Mem / totals.Mem);
            if (totals.Disk > 0)
                share = Math.Max(share, (double)held.Disk / totals.Disk);
            if (totals.Gpus > 0)
                share = Math.Max(share, (double)held.Gpus / totals.Gpus);
            foreach (var (name, total) in totals.Others)
                share = Math.Max(share, (double)held.Get(name) / total);
        }
        else
        {
            foreach (var (name, total) in totals.Entries())
            {
                if (!_excluded.Contains(name))
                    share = Math.Max(share, (double)held.Get(name) / total);
            }
        }
        return share / node.Weight;
    }

    /// <summary>Finds where a node stands before its share changes; -1 when its place does not matter now.</summary>
    private int BeginMove(SorterNode node)
    {
        if (node.Parent is not { IsDirty: false } parent || node.Kind == SorterNodeKind.InactiveLeaf || _totalsVersion != _totals.Version)
            return -1;
        return parent.FindActive(node);
    }

    /// <summary>Moves a node to where its new share belongs.</summary>
    private void EndMove(SorterNode node, int place)
    {
        if (place < 0)
        {
            if (node.Parent is not null && node.Kind != SorterNodeKind.InactiveLeaf)
            {
                node.Parent.IsDirty = true;
                _order = null;
            }
            return;
        }
        var parent = node.Parent!;
        node.Share = ShareOf(node);
        var children = parent.Children;
        int target;
        if (place > 0 && SorterNode.Compare(node, children[place - 1]) < 0)
            target = FirstAfter(children, node, 0, place - 1);
        else if (place + 1 < parent.ActiveChildren && SorterNode.Compare(children[place + 1], node) < 0)
            target = FirstAfter(children, node, place + 1, parent.ActiveChildren) - 1;
        else
            return;
        children.RemoveAt(place);
        children.Insert(target, node);
        _order = null;
    }

    /// <summary>The first index from low up to, not including, high whose node comes after the given one; high when there is none.</summary>
    private static int FirstAfter(List<SorterNode> children, SorterNode node, int low, int high)
    {
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (SorterNode.Compare(node, children[middle]) < 0)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private void Reposition(SorterNode node)
    {
        if (node.Parent is not null)
            node.Parent.IsDirty = true;
        _order = null;
    }

    private void SetKind(SorterClient client, SorterNodeKind kind)
    {
        var leaf = client.Leaf;
        if (leaf.Kind == kind)
            return;
        leaf.Parent!.RemoveChild(leaf);
        leaf.Kind = kind;
        leaf.Parent.AddChild(leaf);
        _order = null;
    }

    private SorterNode? FindNode(string path)
    {
        var current = _root;
        foreach (var token in _isHierarchical ? path.Split('/') : [path])
        {
            if (current.ChildrenByName?.GetValueOrDefault(token) is not { } child)
                return null;
            current = child;
        }
        return current;
    }

    private SorterNode AddPath(string[] tokens)
    {
        var current = _root;
        var depth = 0;
        while (true)
        {
            if (depth == tokens.Length)
                return AddNode(current, SorterNode.VirtualLeaf, SorterNodeKind.InactiveLeaf);
            if (current != _root && current.IsLeaf)
            {
                MakeInternal(current);
                break;
            }
            if (current.ChildrenByName?.GetValueOrDefault(tokens[depth]) is not { } child)
                break;
            current = child;
            depth++;
        }
        for (; depth < tokens.Length; depth++)
        {
            var kind = depth == tokens.Length - 1 ? SorterNodeKind.InactiveLeaf : SorterNodeKind.Internal;
            current = AddNode(current, tokens[depth], kind);
        }
        return current;
    }

    /// <summary>A client gets children: it moves to a virtual leaf below its old node.</summary>
    private void MakeInternal(SorterNode node)
    {
        var kind = node.Kind;
        var client = node.Client!;
        node.Parent!.RemoveChild(node);
        node.Kind = SorterNodeKind.Internal;
        node.Client = null;
        node.Parent.AddChild(node);
        var leaf = AddNode(node, SorterNode.VirtualLeaf, kind);
        leaf.Allocation = node.Allocation.Copy();
        leaf.AllocationCount = node.AllocationCount;
        leaf.Client = client;
        client.Leaf = leaf;
    }

    private SorterNode AddNode(SorterNode parent, string name, SorterNodeKind kind)
    {
        var node = new SorterNode(name, kind, parent);
        if (name != SorterNode.VirtualLeaf)
            node.Weight = _weights.GetValueOrDefault(node.Path, 1);
        parent.AddChild(node);
        parent.IsDirty = true;
        return node;
    }
}
