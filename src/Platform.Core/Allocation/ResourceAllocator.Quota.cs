using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <content>What guarantees and limits leave to a role.</content>
internal sealed partial class ResourceAllocator
{
    /// <summary>What a role may still get towards its own guarantee and, with hierarchical quota, towards those above it that nobody below them needs.</summary>
    internal ResourceQuantities UsableGuarantee(RoleNode role)
    {
        if (!_options.HierarchicalQuota)
            return role.Quota.Guarantees.IsEmpty ? ResourceQuantities.Empty : role.Quota.Guarantees - role.Consumed;
        return Unmet(role) - role.ChildrenRequired;
    }

    private static ResourceQuantities Unmet(RoleNode role)
    {
        var own = role.Quota.Guarantees - role.Consumed;
        if (role.Parent is not { Parent: not null } parent)
            return own;
        var inherited = Unmet(parent) - (parent.ChildrenRequired - role.Required);
        return ResourceQuantities.Max(own, inherited);
    }

    private ScalarCaps Cap(RoleNode role)
    {
        if (!Roles.HasQuota)
            return ScalarCaps.Unlimited;
        if (role.CachedCaps.Version != _booksVersion)
            role.CachedCaps = (_booksVersion, Cap(role, ResourceQuantities.Empty));
        return role.CachedCaps.Caps;
    }

    /// <summary>What limits leave to a role, on top of what it is about to get anyway.</summary>
    internal ScalarCaps Cap(RoleNode role, in ResourceQuantities pending)
    {
        if (!Roles.HasQuota)
            return ScalarCaps.Unlimited;
        if (!_options.HierarchicalQuota)
            return role.Quota.Limits.IsEmpty ? ScalarCaps.Unlimited : ScalarCaps.Of(role.Quota.Limits, role.Consumed + pending);
        var cap = ScalarCaps.Unlimited;
        RoleNode? below = null;
        for (var node = role; node.Parent is not null; node = node.Parent)
        {
            if (!node.Quota.Limits.IsEmpty)
            {
                // Room under a limit that the guarantees of other roles below it still need is not given away.
                var kept = below is null ? node.ChildrenRequired : node.ChildrenRequired - below.Required;
                cap = cap.Min(ScalarCaps.Of(node.Quota.Limits, node.Consumed + pending + kept));
            }
            below = node;
        }
        return cap;
    }
}
