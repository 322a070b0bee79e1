using System.Net;
using System.Text.Json.Nodes;
using Platform.Api.Tests.Marathon;
using Platform.Core.Collections;
using Platform.Tests.Hosting;

namespace Platform.Api.Tests.Security;

/// <summary>Logins at a provider of OpenID Connect that is a server of its own, over real HTTP.</summary>
public sealed class OidcTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly LoginProvider _provider = new();
    private readonly SecureServer _server;

    public OidcTests() => _server = new()
    {
        Oidc = new()
        {
            Issuer = _provider.Issuer, Client = LoginProvider.Client, Secret = LoginProvider.Secret, CommandClient = LoginProvider.CommandClient, Title = "Example <Login>",
            Users = new() { Provider = _provider.Issuer, Groups = new Dictionary<string, string> { ["shop"] = "shop-team" }.ToValueMap() },
        },
    };

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        (await _server.SendAsync("PUT", "/acs/api/v1/groups/shop-team", _server.Root, "{}")).Status.ShouldBe(HttpStatusCode.Created);
        (await _server.SendAsync("PUT", "/acs/api/v1/acls/platform:role:viewer:%252Fshop/groups/shop-team/full", _server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_browser_logs_in_at_the_provider_and_has_the_rights_of_its_groups()
    {
        (await _server.SendAsync("GET", "/ui/login?to=/ui/apps", null)).Text.ShouldContain("Log in with Example &lt;Login&gt;");
        (await _server.SendAsync("GET", "/acs/api/v1/auth/providers", null)).Json.GetProperty("oidc").GetProperty("config").GetProperty("issuer").GetString().ShouldBe(_provider.Issuer);

        var (back, cookie) = await BeginAsync("/ui/apps");
        var answer = await _server.SendAsync("GET", back, null, prepare: request => request.Headers.Add("Cookie", cookie));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer.Text.ShouldContain("url=/ui/apps");
        var session = Cookie(answer, "platform-session");
        answer.Headers["Set-Cookie"].ShouldContain("samesite=strict");

        var who = await _server.SendAsync("GET", "/api/session", null, prepare: request => request.Headers.Add("Cookie", session));
        who.Json.GetProperty("uid").GetString().ShouldBe("alice@example.org");
        who.Text.ShouldContain("group shop-team");
        (await _server.SendAsync("GET", "/acs/api/v1/users/alice@example.org", _server.Root)).Json.GetProperty("is_remote").GetBoolean().ShouldBeTrue();
        // It has no password here.
        (await _server.SendAsync("POST", "/acs/api/v1/auth/login", null, """{"uid":"alice@example.org","password":""}""")).Status.ShouldBe(HttpStatusCode.Unauthorized);

        // The code was good once.
        (await _server.SendAsync("GET", back, null, prepare: request => request.Headers.Add("Cookie", cookie))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_is_let_in_by_what_another_browser_began_or_by_a_token_of_another_login()
    {
        var (back, cookie) = await BeginAsync("/");
        (await _server.SendAsync("GET", back, null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var (_, other) = await BeginAsync("/");
        (await _server.SendAsync("GET", back, null, prepare: request => request.Headers.Add("Cookie", other))).Text.ShouldContain("not begun here");
        // The state of the one, with the nonce and the verifier of the other.
        var mixed = $"{cookie.Split('.')[0]}.{string.Join('.', other.Split('.')[1..])}";
        (await _server.SendAsync("GET", back, null, prepare: request => request.Headers.Add("Cookie", mixed))).Status.ShouldBe(HttpStatusCode.Unauthorized);

        foreach (var to in (string[])["https://evil.example/", "//evil.example/", "/\\evil.example"])
        {
            (back, cookie) = await BeginAsync(to);
            (await _server.SendAsync("GET", back, null, prepare: request => request.Headers.Add("Cookie", cookie))).Text.ShouldContain("url=/\"");
        }
    }

    [Fact]
    public async Task Programs_show_the_provider_s_token_as_long_as_it_counts_and_is_for_us()
    {
        await ExpectAsync(_provider.Sign(_provider.Claims(LoginProvider.Client)), null);
        await ExpectAsync(_provider.Sign(_provider.Claims(LoginProvider.CommandClient)), null);
        await ExpectAsync(_provider.Sign(_provider.Claims("somebody-else")), "is for somebody else");
        await ExpectAsync(_provider.Sign(With("exp", DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds())), "has expired");
        await ExpectAsync(_provider.Sign(With("nbf", DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds())), "has expired");
        await ExpectAsync(_provider.Sign(_provider.Claims(LoginProvider.Client), "none"), "not one of the provider's");
        var signed = _provider.Sign(_provider.Claims(LoginProvider.Client)).Split('.');
        await ExpectAsync($"{signed[0]}.{_provider.Sign(With("email", "root@example.org")).Split('.')[1]}.{signed[2]}", "not one of the provider's");
        await ExpectAsync(_provider.Sign(With("email_verified", false)), "has not verified");
        // A name of here is not the provider's to give.
        await ExpectAsync(_provider.Sign(With("email", SecureServer.Administrator)), "already that does not log in at");
        // Our own tokens count as before, and the provider's are none of ours.
        (await _server.SendAsync("GET", "/api/session", _server.Root)).Status.ShouldBe(HttpStatusCode.OK);

        // The provider has another key since.
        _provider.ChangeKey();
        _provider.User["email"] = "bob@example.org";
        var bob = _provider.Sign(_provider.Claims(LoginProvider.Client));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await _server.SendAsync("GET", "/api/session", bob)).Status != HttpStatusCode.OK)
            await Task.Delay(200, limit.Token);
        await ExpectAsync(bob, null);
    }

    private JsonObject With(string claim, JsonNode value)
    {
        var claims = _provider.Claims(LoginProvider.Client);
        claims[claim] = value;
        return claims;
    }

    private async Task ExpectAsync(string token, string? problem)
    {
        var answer = await _server.SendAsync("GET", "/api/session", token);
        var login = await _server.SendAsync("POST", "/acs/api/v1/auth/oidc", null, $$"""{"token":"{{token}}"}""");
        if (problem is null)
        {
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
            answer.Text.ShouldContain("group shop-team");
            login.Status.ShouldBe(HttpStatusCode.OK, login.Text);
            (await _server.SendAsync("GET", "/api/session", login.Json.GetProperty("token").GetString())).Json.GetProperty("uid").GetString().ShouldBe(answer.Json.GetProperty("uid").GetString());
            return;
        }
        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Text.ShouldContain(problem);
        login.Status.ShouldBe(HttpStatusCode.Unauthorized);
        login.Text.ShouldContain(problem);
    }

    /// <summary>Goes to the provider and back, up to the last step: its address, and the cookie that the browser keeps.</summary>
    private async Task<(string Path, string Cookie)> BeginAsync(string to)
    {
        var start = await _server.SendAsync("GET", "/ui/oidc/start?to=" + Uri.EscapeDataString(to), null);
        start.Status.ShouldBe(HttpStatusCode.Redirect, start.Text);
        start.Headers["Location"].ShouldStartWith(_provider.Issuer);
        start.Headers["Location"].ShouldContain("code_challenge_method=S256");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var authorized = await http.GetAsync(start.Headers["Location"]);
        return (authorized.Headers.Location!.PathAndQuery, Cookie(start, "platform-oidc"));
    }

    private static string Cookie(Answer answer, string name)
    {
        var text = answer.Headers["Set-Cookie"];
        return text[text.IndexOf(name + "=", StringComparison.Ordinal)..].Split(';')[0];
    }
}
