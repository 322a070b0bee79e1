using System.Globalization;
using System.Security.Claims;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>The rights of somebody who logged in a while ago and is still connected: asked anew each time.</summary>
public sealed class SessionAccess(IAccessSource source, SecurityFeed feed, TimeProvider time)
{
    private const string Scheme = "platform";

    /// <summary>The token as a principal, as connections keep it.</summary>
    internal static ClaimsPrincipal Principal(TokenFacts token) => new(new ClaimsIdentity(
    [
        new(ClaimTypes.Name, token.Uid), new("jti", token.Id), new("use", token.Use.ToString()), new("iat", Text(token.IssuedAt)), new("exp", Text(token.ExpiresAt)), new("auth_time", Text(token.LoggedInAt)),
    ], Scheme));

    /// <summary>Who it is now, and what it may do.</summary>
    public Access Of(ClaimsPrincipal? user)
    {
        if (source is NoLogin)
            return Access.Unguarded;
        if (user?.Identity is { AuthenticationType: Scheme, Name: { } uid } && feed.Copy is { } copy && Enum.TryParse<TokenUse>(user.FindFirst("use")?.Value, out var use)
            // Whether a task is still there is asked with each request; one that stays connected for long would not be noticed to be gone.
            && use != TokenUse.Task)
        {
            var token = new TokenFacts(user.FindFirst("jti")!.Value, uid, use, At(user, "iat"), At(user, "exp"), At(user, "auth_time"));
            if (token.ExpiresAt > time.GetUtcNow() && copy.View.Identify(token, out _) is var (who, rights))
                return new(who, rights) { Token = token };
        }
        return new(Identity.Anonymous, AccessRights.None, "the login has ended: log in again");
    }

    private static string Text(DateTimeOffset instant) => instant.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset At(ClaimsPrincipal user, string claim) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(user.FindFirst(claim)!.Value, CultureInfo.InvariantCulture));
}
