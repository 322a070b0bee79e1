using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Api.Security.Oidc;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/ui/login</c> and <c>/ui/logout</c>: a page without scripts, and the cookie that browsers send from then on.</summary>
internal static class LoginPage
{
    private const string LoginPath = "/ui/login";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(LoginPath, (HttpContext http, string? to) => Show(http, Local(to), null)).Needs(Right.Open);
        endpoints.MapPost(LoginPath, LogInAsync).Needs(Right.Open);
        endpoints.MapGet("/ui/logout", LogOutAsync).Needs(Right.Open);
    }

    /// <summary>The address of the page for who wants to see something else.</summary>
    public static string PathFor(HttpRequest request) => $"{LoginPath}?to={Uri.EscapeDataString(request.Path + request.QueryString)}";

    private static async Task<IResult> LogInAsync(HttpContext http, IAntiforgery antiforgery, PasswordCheck passwords, IGrainFactory grains)
    {
        if (!http.Request.HasFormContentType)
            return new ErrorAnswer(StatusCodes.Status415UnsupportedMediaType, "this is the form of browsers; programs use /acs/api/v1/auth/login");
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return Show(http, "/", "The form could not be read. Try again.");
        }
        if (!await antiforgery.IsRequestValidAsync(http))
            return Show(http, "/", "The page was open for too long. Try again.");
        var (uid, password, to) = (form["uid"].ToString().Trim(), form["password"].ToString(), Local(form["to"]));
        try
        {
            var isRight = await passwords.IsRightAsync(uid, password);
            if (http.Access().Trail is { } trail)
                await trail.LoginAsync(uid, isRight);
            if (!isRight)
                return Show(http, to, "The name or the password is wrong.");
        }
        catch (ApiException refused)
        {
            return Show(http, to, refused.Message);
        }
        var token = await grains.GetGrain<ISecurityGrain>(0).IssueAsync(uid, TokenUse.Login, TokenLifetimes.Login, null, null);
        Keep(http, token);
        return Results.LocalRedirect(to);
    }

    /// <summary>Has the browser keep a login.</summary>
    internal static void Keep(HttpContext http, SignedToken token) => http.Response.Cookies.Append(TokenLogin.Cookie, token.Text.Value, new()
    {
        HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Strict, Path = "/", Expires = token.ExpiresAt, IsEssential = true,
    });

    private static async Task<IResult> LogOutAsync(HttpContext http, IGrainFactory grains, SecurityFeed feed)
    {
        if (http.Access().Token is { } token)
        {
            await grains.GetGrain<ISecurityGrain>(0).RevokeTokenAsync(token);
            await feed.RefreshAsync();
        }
        http.Response.Cookies.Delete(TokenLogin.Cookie);
        return Results.LocalRedirect(LoginPath);
    }

    /// <summary>The page.</summary>
    internal static IResult Show(HttpContext http, string to, string? problem)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        http.Response.Headers.CacheControl = "no-store";
        string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");
        return Results.Text($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8" />
              <meta name="viewport" content="width=device-width, initial-scale=1" />
              <meta name="color-scheme" content="light dark" />
              <title>Log in to Platform</title>
              <link rel="stylesheet" href="/_content/Platform.Dashboard/dashboard.css" />
              <link rel="icon" type="image/svg+xml" href="/_content/Platform.Dashboard/icon.svg" />
            </head>
            <body class="login">
              <main>
                <h1>Log in to Platform</h1>
                {(problem is null ? "" : $"<p role=\"alert\">{Text(problem)}</p>")}
                <form method="post" action="{LoginPath}">
                  <input type="hidden" name="{Text(tokens.FormFieldName)}" value="{Text(tokens.RequestToken)}" />
                  <input type="hidden" name="to" value="{Text(to)}" />
                  <p><label for="uid">User</label> <input id="uid" name="uid" autocomplete="username" required autofocus /></p>
                  <p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password" required /></p>
                  <p><button type="submit">Log in</button></p>
                </form>
                {OidcEndpoints.LinkFor(http.RequestServices.GetService<OidcLogin>(), to)}
              </main>
            </body>
            </html>
            """, "text/html; charset=utf-8", statusCode: problem is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized);
    }

    // Nobody is sent elsewhere by a link to this page.
    internal static string Local(string? to) => to is ['/', not ('/' or '\\'), ..] ? to : "/";
}
