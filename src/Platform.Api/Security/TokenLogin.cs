using Microsoft.AspNetCore.Http;
using Platform.Api.Security.Oidc;
using Platform.Contracts.Security;
using Platform.Core.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Api.Security;

/// <summary>Finds who sent a request by the token in it: <c>Authorization: token=...</c> as DC/OS has it, <c>Authorization: Bearer ...</c>, or the cookie of the dashboard.</summary>
internal sealed class TokenLogin(SecurityFeed feed, TokenReader reader, WorkloadPresence presence, AuditLog log, ICertificateAuthority? authority = null, OidcLogin? oidc = null) : IAccessSource
{
    /// <summary>The cookie of the dashboard.</summary>
    public const string Cookie = "platform-session";

    private static readonly string[] Schemes = ["token=", "Bearer "];

    public async ValueTask<Access> IdentifyAsync(HttpContext http)
    {
        var trail = new AuditTrail(log, http);
        if (TokenOf(http.Request, out var fromCookie) is not { } text)
        {
            if (http.Connection.ClientCertificate is { } shown && authority?.AgentOf(shown) is { } agent)
            {
                return (await feed.ReadAsync()).View.IdentifyAgent(agent, out var refusal) is var (certified, allowed)
                    ? new(certified, allowed) { AgentProof = AgentProof.Certificate, Trail = trail }
                    : new(Identity.Anonymous, AccessRights.None, refusal) { Trail = trail };
            }
            return new(Identity.Anonymous, AccessRights.None) { Trail = trail };
        }
        // A browser sends the cookie along with what a page of somebody else asks of it.
        if (fromCookie && !IsOwnPage(http.Request))
            return new(Identity.Anonymous, AccessRights.None, "requests from web pages of other places are refused") { Trail = trail };
        var (facts, problem) = oidc?.Provider.IsOf(text) == true && !fromCookie ? await ReadAsync(oidc, text, http.RequestAborted) : await reader.ReadAsync(text);
        if (facts is null)
            return new(Identity.Anonymous, AccessRights.None, problem) { Trail = trail };
        if (facts.Workload is { } workload && !await presence.IsThereAsync(workload))
            return new(Identity.Anonymous, AccessRights.None, $"the task {workload.TaskId} has ended, and its token with it") { Trail = trail };
        return (await feed.ReadAsync()).View.Identify(facts, out problem) is var (who, rights)
            ? new(who, rights) { Token = facts, AgentProof = ProofOf(facts), Trail = trail }
            : new(Identity.Anonymous, AccessRights.None, problem) { Trail = trail };
    }

    private static async Task<(TokenFacts? Facts, string? Problem)> ReadAsync(OidcLogin oidc, string text, CancellationToken cancellation)
    {
        try
        {
            return (await oidc.ReadAsync(text, cancellation), null);
        }
        catch (OidcException failure)
        {
            return (null, failure.Message);
        }
    }

    private static AgentProof ProofOf(TokenFacts token) =>
        token.Use != TokenUse.Agent ? AgentProof.None : token.ExpiresAt - token.IssuedAt <= TokenLifetimes.LocalAgent ? AgentProof.Local : AgentProof.Token;

    /// <summary>The token of a request; null: there is none.</summary>
    public static string? TokenOf(HttpRequest request, out bool fromCookie)
    {
        fromCookie = false;
        // Two of them are one too many: what stands between a client and us may believe the other one.
        if (request.Headers.Authorization is [{ } header])
        {
            foreach (var scheme in Schemes)
            {
                if (header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                    return header[scheme.Length..].Trim();
            }
            return header;
        }
        fromCookie = request.Headers.Authorization.Count == 0;
        return fromCookie && request.Cookies.TryGetValue(Cookie, out var cookie) && cookie.Length > 0 ? cookie : null;
    }

    private static bool IsOwnPage(HttpRequest request)
    {
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "cross-site" or "same-site")
            return isRead && request.Headers["Sec-Fetch-Mode"] == "navigate";
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            ? isRead || site.Length > 0
            : Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
