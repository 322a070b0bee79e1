namespace Platform.Core.Security;

/// <summary>The one place where it is decided who may do what.</summary>
public static class AccessDecision
{
    /// <summary>Decides.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="rights">What it may do.</param>
    /// <param name="action">What it wants to do.</param>
    /// <param name="resource">To what; a <see cref="ResourceId"/> whose path is canonical.</param>
    public static AccessVerdict Decide(Identity who, AccessRights rights, AccessAction action, string resource)
    {
        // What follows a blank is what somebody sent: it must not look like a second sentence of the log.
        var subject = new string([.. resource.Select(c => char.IsControl(c) ? '?' : c)]);
        if (rights.Find(action, resource) is var (permission, source))
            return new(IsAllowed: true, MustLogIn: false, $"{permission} ({source})");
        if (who.Kind == IdentityKind.Anonymous)
            return new(IsAllowed: false, MustLogIn: true, $"log in: {action.Name()} on {subject} needs a right");
        return new(IsAllowed: false, MustLogIn: false, $"{who} has no permission to {action.Name()} {subject}");
    }

    /// <summary>Whether it is allowed, where nobody asks why.</summary>
    public static bool Allows(this AccessRights rights, AccessAction action, string resource) => rights.Find(action, resource) is not null;
}
