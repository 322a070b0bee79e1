namespace Platform.Core.Roles;

/// <summary>
/// A role in the tree, with its quota and what its subtree holds. Consumption against quota is what is reserved for the subtree
/// (used or not) plus what the subtree holds of unreserved, non-revocable scalars.
/// </summary>
internal sealed class RoleNode(string path, RoleNode? parent)
{
    private ResourceQuantities _required;
    private ResourceQuantities _childrenRequired;
    private ResourceQuantities _consumed;

    internal string Path { get; } = path;

    internal RoleNode? Parent { get; } = parent;

    internal Dictionary<string, RoleNode> Children { get; } = new(StringComparer.Ordinal);

    internal Quota Quota { get; private set; } = Quota.None;

    internal double Weight { get; set; } = 1;

    /// <summary>Reservations for the subtree on all agents, whether used or not.</summary>
    internal ResourceQuantities Reserved { get; private set; }

    /// <summary>What the subtree holds of unreserved, non-revocable scalars.</summary>
    internal ResourceQuantities HeldUnreserved { get; private set; }

    /// <summary>The fair order of the frameworks and owners of exactly this role; null when there are none.</summary>
    internal DrfSorter? Owners { get; set; }

    /// <summary>The role as a client of the sorter of roles; null when nobody is in exactly this role.</summary>
    internal SorterClient? Client { get; set; }

    internal ref readonly ResourceQuantities Consumed => ref _consumed;

    /// <summary>What must be held back so that the guarantees of this role and of those below it can still be met.</summary>
    internal ref readonly ResourceQuantities Required => ref _required;

    /// <summary>The part of <see cref="Required"/> that the guarantees below this role ask for.</summary>
    internal ref readonly ResourceQuantities ChildrenRequired => ref _childrenRequired;

    /// <summary>What the limits leave, as computed at a version of the books.</summary>
    internal (long Version, Allocation.ScalarCaps Caps) CachedCaps { get; set; } = (-1, default);

    internal bool IsRemovable => Children.Count == 0 && Owners is null && Quota.IsNone && Weight == 1 && Reserved.IsEmpty && HeldUnreserved.IsEmpty;

    internal void SetQuota(Quota quota)
    {
        Quota = quota;
        UpdateRequired();
    }

    internal void AddReserved(ResourceQuantities quantities)
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            node.Reserved += quantities;
            node.UpdateConsumed();
        }
    }

    internal void SubtractReserved(ResourceQuantities quantities)
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            node.Reserved -= quantities;
            node.UpdateConsumed();
        }
    }

    internal void AddHeld(in ResourceQuantities quantities)
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            node.HeldUnreserved += quantities;
            node.UpdateConsumed();
        }
    }

    internal void SubtractHeld(in ResourceQuantities quantities)
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            node.HeldUnreserved -= quantities;
            node.UpdateConsumed();
        }
    }

    private void UpdateConsumed()
    {
        _consumed = HeldUnreserved + Reserved;
        if (!Quota.Guarantees.IsEmpty)
            UpdateRequired();
    }

    private void UpdateRequired()
    {
        // The root promises nothing of its own; there the sum over the top-level roles is the headroom of the cluster.
        var required = ResourceQuantities.Max(Quota.Guarantees - _consumed, _childrenRequired);
        if (required == _required)
            return;
        var before = _required;
        _required = required;
        if (Parent is null)
            return;
        Parent._childrenRequired = Parent._childrenRequired - before + required;
        Parent.UpdateRequired();
    }
}
