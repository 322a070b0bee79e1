using System.Collections.Immutable;

namespace Platform.Core.Roles;

/// <summary>All roles that somebody is in, that hold something, or that have a quota or a weight. Others do not exist.</summary>
internal sealed class RoleTree(FairnessTotals totals, ImmutableHashSet<string> excluded)
{
    private readonly Dictionary<string, RoleNode> _nodes = new(StringComparer.Ordinal);

    internal RoleNode Root { get; } = new("", null);

    internal IEnumerable<RoleNode> Nodes => _nodes.Values;

    /// <summary>The fair order of the roles.</summary>
    internal DrfSorter Sorter { get; } = new(totals, excluded);

    /// <summary>Unreserved resources that must stay free for guarantees that are not met.</summary>
    internal ref readonly ResourceQuantities RequiredHeadroom => ref Root.ChildrenRequired;

    /// <summary>True while some role has a guarantee or a limit.</summary>
    internal bool HasQuota => QuotaCount > 0;

    internal int QuotaCount { get; private set; }

    internal RoleNode? Find(string path) => _nodes.GetValueOrDefault(path);

    internal RoleNode GetOrAdd(string path)
    {
        if (_nodes.TryGetValue(path, out var found))
            return found;
        var slash = path.LastIndexOf('/');
        var parent = slash < 0 ? Root : GetOrAdd(path[..slash]);
        var node = new RoleNode(path, parent);
        _nodes.Add(path, node);
        parent.Children.Add(path, node);
        return node;
    }

    /// <summary>Removes a role, and roles above it, that nothing needs any more.</summary>
    internal void Prune(RoleNode node)
    {
        while (node.Parent is { } parent && node.IsRemovable)
        {
            parent.Children.Remove(node.Path);
            _nodes.Remove(node.Path);
            node = parent;
        }
    }

    /// <summary>Adds somebody to the role; the role takes part in the fair order from its first member on.</summary>
    internal SorterClient AddOwner(RoleNode role, string name, object tag)
    {
        if (role.Owners is null)
        {
            role.Owners = new(totals, excluded, isHierarchical: false);
            role.Client = Sorter.Add(role.Path, role);
            Sorter.Activate(role.Client);
        }
        return role.Owners.Add(name, tag);
    }

    internal void RemoveOwner(RoleNode role, SorterClient owner)
    {
        role.Owners!.Remove(owner);
        if (role.Owners.Count > 0)
            return;
        Sorter.Remove(role.Client!);
        role.Client = null;
        role.Owners = null;
        Prune(role);
    }

    internal void SetQuota(string path, Quota quota)
    {
        var node = GetOrAdd(path);
        QuotaCount += (quota.IsNone ? 0 : 1) - (node.Quota.IsNone ? 0 : 1);
        node.SetQuota(quota);
        Prune(node);
    }

    internal void SetWeight(string path, double weight)
    {
        var node = GetOrAdd(path);
        node.Weight = weight;
        Sorter.UpdateWeight(path, weight);
        Prune(node);
    }
}
