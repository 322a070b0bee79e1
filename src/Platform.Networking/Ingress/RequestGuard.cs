using System.Text;
using Microsoft.AspNetCore.Http;
using Platform.Core.Ingress;

namespace Platform.Networking.Ingress;

/// <summary>What is decided about a request before an instance sees it: who may send it, and whether it is sent elsewhere.</summary>
internal sealed class RequestGuard(Func<int?> tlsPort)
{
    /// <summary>Answers the request itself. False: it goes on to an instance.</summary>
    internal bool Answers(HttpContext http, LiveRoute live)
    {
        var rule = live.Route.Rule;
        if (!live.Allows(http.Connection.RemoteIpAddress))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return true;
        }
        if (rule.RedirectToHttps && !http.Request.IsHttps && tlsPort() is { } port)
        {
            var host = port == 443 ? http.Request.Host.Host : $"{http.Request.Host.Host}:{port}";
            Redirect(http, $"https://{host}{http.Request.PathBase.ToUriComponent()}{http.Request.Path.ToUriComponent()}{http.Request.QueryString.ToUriComponent()}");
            return true;
        }
        if (rule.Login is { } login && !IsLetIn(http, login))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = $"Basic realm=\"{login.Realm}\", charset=\"UTF-8\"";
            return true;
        }
        if (rule.RootRedirect is { } root && http.Request.Path == "/")
        {
            Redirect(http, root);
            return true;
        }
        if (rule.Hsts && http.Request.IsHttps)
            http.Response.OnStarting(static state => SetHsts((HttpContext)state), http);
        if (rule.LocationPath is not null)
            http.Response.OnStarting(() => MoveLocation(http, rule));
        return false;
    }

    private static Task SetHsts(HttpContext http)
    {
        // As long as marathon-lb says: half a year.
        http.Response.Headers.StrictTransportSecurity = "max-age=15768000";
        return Task.CompletedTask;
    }

    private static void Redirect(HttpContext http, string location)
    {
        http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        http.Response.Headers.Location = location;
    }

    /// <summary>An instance that does not know under which path it is served is helped with its redirections.</summary>
    private static Task MoveLocation(HttpContext http, IngressRule rule)
    {
        var location = http.Response.Headers.Location.ToString();
        if (location.Length == 0)
            return Task.CompletedTask;
        var path = location;
        if (!location.StartsWith('/'))
        {
            if (!Uri.TryCreate(location, UriKind.Absolute, out var url) || !url.Host.Equals(http.Request.Host.Host, StringComparison.OrdinalIgnoreCase))
                return Task.CompletedTask;
            path = url.PathAndQuery + url.Fragment;
        }
        if (!path.StartsWith("//", StringComparison.Ordinal) && path != rule.LocationPath && !path.StartsWith(rule.LocationPath + "/", StringComparison.Ordinal))
            http.Response.Headers.Location = rule.LocationPath + path;
        return Task.CompletedTask;
    }

    private static bool IsLetIn(HttpContext http, IngressLogin login)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (login.User.Length == 0 || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..].Trim())).Split(':', 2) is [var user, var password]
                && user == login.User && CryptPassword.Verify(password, login.PasswordHash);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
