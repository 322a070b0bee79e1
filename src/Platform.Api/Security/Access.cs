using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Core.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Api.Security;

/// <summary>Who sent a request and what it may do.</summary>
/// <param name="who">The identity.</param>
/// <param name="rights">Its rights.</param>
/// <param name="problem">Why its login does not count; null: it does, or there is none.</param>
public sealed class Access(Identity who, AccessRights rights, string? problem = null)
{
    /// <summary>Everybody may do everything.</summary>
    public static Access Unguarded { get; } = new(Identity.Local, AccessRights.Everything);

    /// <summary>Why the login that the request carries does not count; null: it does, or there is none.</summary>
    public string? Problem => problem;

    /// <summary>The identity.</summary>
    public Identity Who => who;

    /// <summary>Its rights.</summary>
    public AccessRights Rights => rights;

    /// <summary>The token that told who it is; null: none did.</summary>
    public TokenFacts? Token { get; init; }

    /// <summary>Of an agent: how it has shown who it is.</summary>
    internal AgentProof AgentProof { get; init; }

    /// <summary>Where what was decided of a request is written down; null: nowhere.</summary>
    internal AuditTrail? Trail { get; init; }

    /// <summary>Nobody has logged in, and somebody would have to.</summary>
    public bool IsAnonymous => who.Kind == IdentityKind.Anonymous;

    /// <summary>Whether it may do this; for lists, which leave out what may not be seen.</summary>
    public bool Allows(AccessAction action, string resource) => rights.Allows(action, resource);

    /// <summary>Decides, and says why.</summary>
    public AccessVerdict Decide(AccessAction action, string resource)
    {
        var verdict = Explain(AccessDecision.Decide(who, rights, action, resource));
        Trail?.Add(action, resource, verdict);
        return verdict;
    }

    /// <summary>Whether anybody has logged in.</summary>
    public AccessVerdict DecideIdentity() => IsAnonymous
        ? Explain(new(IsAllowed: false, MustLogIn: true, "log in: this is not for everybody"))
        : new(IsAllowed: true, MustLogIn: false, $"{who} has logged in");

    /// <summary>Goes on if it is allowed.</summary>
    /// <exception cref="Exception">It is not; the message says why.</exception>
    public void Demand(AccessAction action, string resource)
    {
        var verdict = Decide(action, resource);
        if (!verdict.IsAllowed)
            throw new ApiException(Refusal(verdict));
    }

    /// <summary>The answer to what is refused.</summary>
    internal static ErrorAnswer Refusal(AccessVerdict verdict) =>
        new(verdict.MustLogIn ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden, verdict.Reason);

    private AccessVerdict Explain(AccessVerdict verdict) => verdict.MustLogIn && problem is not null ? verdict with { Reason = problem } : verdict;
}
