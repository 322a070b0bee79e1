using System.Net;

namespace Platform.Host.Hosting;

/// <summary>Keeps web pages from other places out of a control plane that trusts everybody on this machine.</summary>
/// <remarks>
/// A page in the user's browser can send requests to loopback. Two things give it away: an Origin that is not this server, and, when its name
/// was made to resolve to loopback, a Host that is neither an address nor a name of this machine. Programs send neither.
/// </remarks>
internal static class BrowserGuard
{
    internal static void UseBrowserGuard(this WebApplication app) => app.Use(static (context, next) =>
    {
        var host = context.Request.Host;
        if (IsOfThisMachine(host.Host) && IsSameOrigin(context.Request.Headers.Origin.ToString(), host))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsJsonAsync(new Refusal("Requests from web pages of other places are refused."), HostJson.Default.Refusal);
    });

    private static bool IsOfThisMachine(string host) =>
        host.Length == 0
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);

    private static bool IsSameOrigin(string origin, HostString host) =>
        origin.Length == 0
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase));
}
