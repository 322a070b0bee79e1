namespace Platform.Core.Security;

/// <summary>All that an identity may do. Made once for many questions.</summary>
public sealed class AccessRights
{
    private readonly (Permission Permission, string Source)[] _permissions;
    private readonly AccessRights? _limit;

    /// <param name="grants">Its own permissions and those of its groups; named roles are resolved.</param>
    public AccessRights(IEnumerable<AccessGrant> grants)
        : this(grants, null)
    {
    }

    private AccessRights(IEnumerable<AccessGrant> grants, AccessRights? limit)
    {
        _permissions = [.. grants.SelectMany(grant => NamedRoles.Expand(grant.Permission).Select(permission =>
            (permission, permission == grant.Permission ? grant.Source : $"{grant.Source}, {grant.Permission.Resource}")))];
        _limit = limit;
    }

    /// <summary>Nothing.</summary>
    public static AccessRights None { get; } = new([]);

    /// <summary>Everything, for those who need not log in.</summary>
    public static AccessRights Everything { get; } = new([new(new(ResourceId.Superuser, AccessAction.Full), "authentication is off")]);

    /// <summary>The same rights, as far as these permissions allow it, too: those of a token with a scope.</summary>
    public AccessRights LimitedTo(IEnumerable<Permission> scope) =>
        new(_permissions.Select(one => new AccessGrant(one.Permission, one.Source)), new AccessRights(scope.Select(permission => new AccessGrant(permission, "the token's scope"))));

    /// <summary>Whether it is allowed of this or of anything below it: a group is shown to who may see one app in it.</summary>
    public bool AllowsWithin(AccessAction action, string resource) =>
        (_limit is null || _limit.AllowsWithin(action, resource)) && Array.Exists(_permissions, one =>
            one.Permission.Allows(action, resource)
            || ((one.Permission.Action == AccessAction.Full || one.Permission.Action == action) && ResourceId.Covers(resource, one.Permission.Resource)));

    /// <summary>Who has the permission that allows this; null: nobody, it is not allowed.</summary>
    internal (Permission Permission, string Source)? Find(AccessAction action, string resource)
    {
        if (_limit is not null && _limit.Find(action, resource) is null)
            return null;
        foreach (var one in _permissions)
        {
            if (one.Permission.Allows(action, resource))
                return one;
        }
        return null;
    }
}
