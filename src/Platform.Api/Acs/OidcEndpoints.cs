using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Api.Security.Oidc;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary>Logins at a provider of OpenID Connect: for browsers by an authorization code with PKCE, for programs with a token that they got there themselves.</summary>
internal static class OidcEndpoints
{
    private const string StartPath = "/ui/oidc/start";
    private const string ReturnPath = "/ui/oidc/return";
    private const string Cookie = "platform-oidc";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static void Map(IEndpointRouteBuilder endpoints, ApiRouter routes, AcsApi api, OidcLogin? login)
    {
        if (login is null)
            return;
        endpoints.MapGet(StartPath, (HttpContext http, string? to) => StartAsync(http, login, LoginPage.Local(to))).Needs(Right.Open);
        endpoints.MapGet(ReturnPath, async http => await (await ReturnAsync(http, login, api)).ExecuteAsync(http)).Needs(Right.Open);
        routes.Post(AcsApi.Root + "/auth/oidc", request => LogInAsync(request, login, api)).Needs(Right.Open);
    }

    /// <summary>The link on the page for logins; empty: there is no provider.</summary>
    public static string LinkFor(OidcLogin? login, string to) => login is null ? ""
        : $"<p><a href=\"{StartPath}?to={Uri.EscapeDataString(to)}\">Log in with {HtmlEncoder.Default.Encode(TitleOf(login.Provider.Settings))}</a></p>";

    /// <summary>What <c>/acs/api/v1/auth/providers</c> tells of it.</summary>
    public static JsonObject Describe(OidcSettings settings) => new()
    {
        ["authentication-type"] = "oidc-implicit-flow",
        ["client-method"] = "browser-prompt-oidcidtoken-get-authtoken",
        ["config"] = new JsonObject
        {
            ["start_flow_url"] = StartPath, ["issuer"] = settings.Issuer, ["client_id"] = settings.CommandClient ?? settings.Client, ["scope"] = settings.Scope, ["login_url"] = AcsApi.Root + "/auth/oidc",
        },
        ["description"] = TitleOf(settings),
    };

    private static async Task<IResult> StartAsync(HttpContext http, OidcLogin login, string to)
    {
        var (state, nonce, verifier) = (Random(), Random(), Random());
        try
        {
            var address = await login.Provider.AuthorizeUrlAsync(RedirectOf(http.Request), state, nonce, WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), http.RequestAborted);
            // The browser keeps what proves that it is the one who began; Lax, because it comes back from elsewhere.
            http.Response.Cookies.Append(Cookie, $"{state}.{nonce}.{verifier}.{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(to))}", new()
            {
                HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = ReturnPath, MaxAge = Patience, IsEssential = true,
            });
            http.Response.Headers.CacheControl = "no-store";
            return Results.Redirect(address);
        }
        catch (OidcException failure)
        {
            return LoginPage.Show(http, to, failure.Message);
        }
    }

    private static async Task<IResult> ReturnAsync(HttpContext http, OidcLogin login, AcsApi api)
    {
        http.Response.Cookies.Delete(Cookie, new() { Path = ReturnPath });
        var query = http.Request.Query;
        if (http.Request.Cookies[Cookie]?.Split('.') is not [var state, var nonce, var verifier, var kept]
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(query["state"].ToString())))
            return LoginPage.Show(http, "/", "This login was not begun here, or took too long. Try again.");
        if (query["code"].ToString() is not { Length: > 0 } code)
            return LoginPage.Show(http, "/", $"The provider has let nobody in: {(query["error_description"].ToString() is { Length: > 0 } text ? text : query["error"].ToString())}");
        try
        {
            var to = LoginPage.Local(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(kept)));
            var uid = await login.LogInAsync(await login.Provider.RedeemAsync(code, RedirectOf(http.Request), verifier, http.RequestAborted), nonce, http.RequestAborted);
            await TellAsync(http, uid, isRight: true);
            LoginPage.Keep(http, await api.Store.IssueAsync(uid, TokenUse.Login, TokenLifetimes.Login, null, null));
            // A redirect would still count as coming from the provider, and the browser would not send the cookie with it.
            http.Response.Headers.CacheControl = "no-store";
            return Results.Text($"<!DOCTYPE html><html lang=\"en\"><head><meta http-equiv=\"refresh\" content=\"0;url={HtmlEncoder.Default.Encode(to)}\" /><title>Logged in</title></head><body><a href=\"{HtmlEncoder.Default.Encode(to)}\">Go on</a></body></html>", "text/html; charset=utf-8");
        }
        catch (Exception failure) when (failure is OidcException or FormatException)
        {
            await TellAsync(http, "unknown", isRight: false);
            return LoginPage.Show(http, "/", failure.Message);
        }
    }

    private static async Task<IResult> LogInAsync(ApiRequest request, OidcLogin login, AcsApi api)
    {
        var body = await AcsApi.TextsAsync(request, ["token"], "token");
        try
        {
            var uid = await login.LogInAsync(body["token"], nonce: null, request.Http.RequestAborted);
            await TellAsync(request.Http, uid, isRight: true);
            return AcsApi.Answer(new JsonObject { ["token"] = (await api.Store.IssueAsync(uid, TokenUse.Login, TokenLifetimes.Login, null, null)).Text.Value, ["uid"] = uid });
        }
        catch (OidcException failure)
        {
            await TellAsync(request.Http, "unknown", isRight: false);
            return new ErrorAnswer(StatusCodes.Status401Unauthorized, failure.Message);
        }
    }

    private static Task TellAsync(HttpContext http, string uid, bool isRight) => http.Access().Trail is { } trail ? trail.LoginAsync(uid, isRight) : Task.CompletedTask;

    private static string RedirectOf(HttpRequest request) => $"{request.Scheme}://{request.Host}{ReturnPath}";

    private static string Random() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    private static string TitleOf(OidcSettings settings) => settings.Title ?? new Uri(settings.Issuer).Host;
}
