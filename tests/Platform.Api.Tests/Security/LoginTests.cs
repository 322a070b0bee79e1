using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Api.Security;
using Platform.Core.Security;
using Platform.Tests.Hosting;

namespace Platform.Api.Tests.Security;

/// <summary>Logins and tokens over real HTTP.</summary>
public sealed class LoginTests(SecureServer server) : IClassFixture<SecureServer>
{
    private const string Probe = "/api/session";

    [Fact]
    public async Task The_command_line_of_DC_OS_finds_out_how_to_log_in_and_does()
    {
        var refused = await server.SendAsync("GET", "/pkgpanda/active.buildinfo.full.json", null);
        refused.Status.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers["WWW-Authenticate"].ShouldStartWith("acsjwt");
        var provider = (await server.SendAsync("GET", "/acs/api/v1/auth/providers", null)).Json.GetProperty("dcos-users");
        provider.GetProperty("client-method").GetString().ShouldBe("dcos-usercredential-post-receive-authtoken");

        var login = provider.GetProperty("config").GetProperty("start_flow_url").GetString()!;
        var token = (await server.SendAsync("POST", login, null, $$"""{"uid":"root","password":"{{SecureServer.Password}}"}""")).Json.GetProperty("token").GetString();

        // What is known of a cluster is kept under its id, so no other has the same.
        var cluster = (await server.SendAsync("GET", "/metadata", token, scheme: "token=")).Json.GetProperty("CLUSTER_ID").GetGuid();
        await using var other = new SecureServer();
        await other.InitializeAsync();
        (await other.SendAsync("GET", "/metadata", other.Root, scheme: "token=")).Json.GetProperty("CLUSTER_ID").GetGuid().ShouldNotBe(cluster);
        (await server.SendAsync("GET", "/metadata", null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        // Claims that its programs read.
        new JsonWebToken(token).GetPayloadValue<string>("uid").ShouldBe("root");
    }

    [Fact]
    public async Task The_public_keys_check_a_token_without_asking_anybody()
    {
        var keys = new JsonWebKeySet((await server.SendAsync("GET", "/acs/api/v1/auth/jwks", null)).Text);

        var result = await new JsonWebTokenHandler().ValidateTokenAsync(server.Root, new() { IssuerSigningKeys = keys.GetSigningKeys(), ValidAudience = "platform", ValidateIssuer = false });

        result.IsValid.ShouldBeTrue(result.Exception?.Message);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task A_service_account_logs_in_with_a_token_that_its_key_has_signed(string algorithm)
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var uid = "bot-" + algorithm.ToLowerInvariant();
        var (pem, key) = algorithm == "RS256" ? (rsa.ExportSubjectPublicKeyInfoPem(), (SecurityKey)new RsaSecurityKey(rsa)) : (curve.ExportSubjectPublicKeyInfoPem(), new ECDsaSecurityKey(curve));
        var body = System.Text.Json.JsonSerializer.Serialize(new { public_key = pem, description = "builds" });
        (await server.SendAsync("PUT", $"/acs/api/v1/users/{uid}", server.Root, body)).Status.ShouldBe(HttpStatusCode.Created);

        (await LogInAsync(Sign(uid, key, algorithm, 5))).Status.ShouldBe(HttpStatusCode.OK);
        (await LogInAsync(Sign("root", key, algorithm, 5))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(Sign(uid, key, algorithm, -5))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(Sign(uid, key, algorithm, 5, notBefore: 3))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(Sign(uid, key, algorithm, 60 * 24 * 2))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        // The public key is known to everybody: it must not be taken for the secret of another algorithm.
        (await LogInAsync(Sign(uid, new SymmetricSecurityKey(Encoding.UTF8.GetBytes(pem)), "HS256", 5))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await LogInAsync(Unsigned(uid))).Status.ShouldBe(HttpStatusCode.Unauthorized);

        Task<Marathon.Answer> LogInAsync(string token) => server.SendAsync("POST", "/acs/api/v1/auth/login", null, $$"""{"uid":"{{uid}}","token":"{{token}}"}""");
    }

    [Fact]
    public async Task A_token_that_was_not_signed_by_this_cluster_for_its_APIs_counts_for_nothing()
    {
        (await server.SendAsync("GET", Probe, server.Root)).Status.ShouldBe(HttpStatusCode.OK);
        var good = new JsonWebToken(server.Root);
        var publicKey = new JsonWebKeySet((await server.SendAsync("GET", "/acs/api/v1/auth/jwks", null)).Text).Keys[0];
        using var other = RSA.Create(2048);
        var parts = server.Root.Split('.');
        var bad = new Dictionary<string, string>
        {
            ["no signature"] = Unsigned("root"),
            ["signature cut off"] = $"{parts[0]}.{parts[1]}.",
            ["other claims"] = $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("\"root\"", "\"rool\"", StringComparison.Ordinal))}.{parts[2]}",
            ["another key, our id"] = Like(good, new RsaSecurityKey(other) { KeyId = good.Kid }, "RS256"),
            ["another key, no id"] = Like(good, new RsaSecurityKey(other), "RS256"),
            ["an id that is a path"] = Like(good, new RsaSecurityKey(other) { KeyId = "../../../../dev/null" }, "RS256"),
            ["an id that is an address"] = Like(good, new RsaSecurityKey(other) { KeyId = server.Http.BaseAddress + "evil.pem" }, "RS256"),
            ["our public modulus as a secret"] = Like(good, new SymmetricSecurityKey(Base64UrlEncoder.DecodeBytes(publicKey.N)) { KeyId = good.Kid }, "HS256"),
            ["another algorithm"] = Like(good, new RsaSecurityKey(other) { KeyId = good.Kid }, "PS256"),
            ["expired"] = await IssueAsync(TokenUse.Login, TimeSpan.FromMinutes(-1)),
            ["for somebody else"] = await IssueAsync(TokenUse.Login, TimeSpan.FromHours(1), "https://partner.example"),
            ["of a program that nobody made"] = await IssueAsync(TokenUse.Program, TimeSpan.FromHours(1)),
            ["of an account that is no more"] = (await server.Store.IssueAsync("nobody", TokenUse.Login, TimeSpan.FromHours(1), null, null)).Text.Value,
            ["no token"] = "x",
            ["three dots"] = "..",
            ["too long"] = new string('a', 20_000),
        };

        foreach (var (name, token) in bad)
            (await server.SendAsync("GET", Probe, token)).Status.ShouldBe(HttpStatusCode.Unauthorized, name);
        (await server.SendAsync("GET", Probe, server.Root, prepare: request => request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + server.Root)))
            .Status.ShouldBe(HttpStatusCode.Unauthorized, "two headers");
        // As if it had been issued an hour from now.
        var past = new Platform.Api.Security.TokenReader(server.Services.GetRequiredService<SecurityFeed>(), new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-1)));
        (await past.ReadAsync(server.Root)).Facts.ShouldBeNull();
        (await server.SendAsync("GET", "/v2/leader", (await server.Store.IssueAsync("a1", TokenUse.Agent, TimeSpan.FromMinutes(10), null, null)).Text.Value, prepare: request => request.Method = HttpMethod.Delete))
            .Status.ShouldBe(HttpStatusCode.Forbidden, "an agent's");
    }

    [Fact]
    public async Task A_login_ends_when_it_is_ended_and_when_the_password_changes_and_survives_a_restart()
    {
        var first = await server.AddUserAsync("carol");
        var second = await server.LogInAsync("carol", SecureServer.Password);
        (await server.SendAsync("POST", "/acs/api/v1/auth/logout", first)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", Probe, first)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync("GET", Probe, second)).Status.ShouldBe(HttpStatusCode.OK);
        var renewed = (await server.SendAsync("POST", "/acs/api/v1/auth/renew", second)).Json.GetProperty("token").GetString();

        (await server.SendAsync("PATCH", "/acs/api/v1/users/carol", second, """{"password":"other horse","current_password":"wrong horse"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PATCH", "/acs/api/v1/users/carol", second, """{"password":"other horse"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PATCH", "/acs/api/v1/users/root", second, $$"""{"password":"other horse","current_password":"{{SecureServer.Password}}"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("PATCH", "/acs/api/v1/users/carol", second, $$"""{"password":"other horse","current_password":"{{SecureServer.Password}}"}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", Probe, second)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync("GET", Probe, renewed)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var third = await server.LogInAsync("carol", "other horse");

        await server.StopAsync();
        await server.StartAsync();

        (await server.SendAsync("GET", Probe, third)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("GET", Probe, second)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync("GET", Probe, first)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_for_a_program_has_its_scope_and_ends_when_it_is_taken_back()
    {
        var dave = await server.AddUserAsync("dave", new Permission(ResourceId.Identities, AccessAction.Full));
        var made = await server.SendAsync("POST", "/api/tokens", dave, """{"description":"reads","days":1,"scope":[{"resource":"dcos:adminrouter:acs","action":"read"}]}""");
        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        var token = made.Json.GetProperty("token").GetString();

        (await server.SendAsync("GET", "/acs/api/v1/users", token)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PUT", "/acs/api/v1/groups/g1", token, "{}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/api/tokens", token, "{}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/api/tokens", dave, """{"days":1000,"scope":[{"resource":"x","action":"fly"}]}""")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);

        (await server.SendAsync("DELETE", "/api/tokens/" + made.Json.GetProperty("id").GetString(), dave)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", "/acs/api/v1/users", token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Wrong_passwords_make_the_account_rest_and_tell_nothing_of_who_exists()
    {
        await server.AddUserAsync("erin");
        var texts = new List<string>();
        foreach (var uid in (string[])["erin", "nobody-of-this-name"])
        {
            var answers = new List<Marathon.Answer>();
            // It rests longer each time, so at last a try comes too early, however slow the machine is.
            while (answers.Count < 30 && !answers.Exists(answer => answer.Status == HttpStatusCode.TooManyRequests))
                answers.Add(await server.SendAsync("POST", "/acs/api/v1/auth/login", null, $$"""{"uid":"{{uid}}","password":"wrong horse"}"""));
            answers[0].Status.ShouldBe(HttpStatusCode.Unauthorized);
            answers.ShouldContain(answer => answer.Status == HttpStatusCode.TooManyRequests, uid);
            texts.Add(answers[0].Text);
        }
        texts[1].ShouldBe(texts[0]);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_looked_at_for_as_long_as_one_that_does()
    {
        await server.AddUserAsync("grace");
        var (there, notThere) = (await ShortestAsync("grace"), await ShortestAsync("grace-who-is-not"));

        // Without the work they would be a hundred times apart; the shortest of several is free of what the machine does besides.
        (notThere / there).ShouldBeInRange(0.3, 3);

        async Task<double> ShortestAsync(string uid)
        {
            var shortest = double.MaxValue;
            for (var i = 0; i < 4; i++)
            {
                var since = System.Diagnostics.Stopwatch.GetTimestamp();
                (await server.SendAsync("POST", "/acs/api/v1/auth/login", null, $$"""{"uid":"{{uid}}","password":"wrong horse"}""")).Status.ShouldBe(HttpStatusCode.Unauthorized);
                shortest = Math.Min(shortest, System.Diagnostics.Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
            return shortest;
        }
    }

    [Fact]
    public async Task Access_lists_are_changed_as_in_DC_OS()
    {
        const string Acl = "/acs/api/v1/acls/dcos:service:marathon:marathon:services:%252Fshop%252Fapi";
        (await server.SendAsync("PUT", "/acs/api/v1/users/frank", server.Root, """{"password":"correct horse"}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("PUT", "/acs/api/v1/groups/shop", server.Root, """{"description":"Shop"}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("PUT", "/acs/api/v1/groups/shop/users/frank", server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", Acl, server.Root, """{"description":"Shop's API"}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("PUT", Acl, server.Root, """{"description":"again"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await server.SendAsync("PUT", Acl + "/groups/shop/update", server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("PUT", Acl + "/users/frank/fly", server.Root)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.SendAsync("PUT", Acl + "/users/ghost/read", server.Root)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("PUT", "/acs/api/v1/acls/dcos:service:marathon:marathon:services:%252F/users/frank/read", server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);

        (await server.SendAsync("GET", Acl + "/permissions", server.Root)).Json.GetProperty("groups")[0].GetProperty("gid").GetString().ShouldBe("shop");
        (await server.SendAsync("GET", Acl + "/groups/shop/update", server.Root)).Json.GetProperty("allowed").GetBoolean().ShouldBeTrue();
        var permissions = (await server.SendAsync("GET", "/acs/api/v1/users/frank/permissions", server.Root)).Json;
        permissions.GetProperty("groups")[0].GetProperty("rid").GetString().ShouldBe("dcos:service:marathon:marathon:services:/shop/api");
        permissions.GetProperty("direct")[0].GetProperty("rid").GetString().ShouldBe("dcos:service:marathon:marathon:services:/");
        (await server.SendAsync("GET", "/acs/api/v1/users/frank/groups", server.Root)).Json.GetProperty("array")[0].GetProperty("group").GetProperty("gid").GetString().ShouldBe("shop");

        var frank = await server.LogInAsync("frank", "correct horse");
        (await server.SendAsync("GET", "/acs/api/v1/users", frank)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("DELETE", Acl, server.Root)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("DELETE", "/acs/api/v1/users/root", server.Root)).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        // A code is good once.
        (await server.SendAsync("POST", "/acs/api/v1/auth/code", null, """{"code":"guess","uid":"eve","password":"correct horse"}""")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<string> IssueAsync(TokenUse use, TimeSpan lifetime, string? audience = null)
    {
        // Beyond the difference of clocks that is allowed.
        var token = await server.Store.IssueAsync("root", use, lifetime, audience, null);
        return token.Text.Value;
    }

    private static string Sign(string uid, SecurityKey key, string algorithm, int minutes, int notBefore = -10) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
    {
        Claims = new Dictionary<string, object> { ["uid"] = uid },
        NotBefore = DateTime.UtcNow.AddMinutes(notBefore),
        Expires = DateTime.UtcNow.AddMinutes(minutes),
        SigningCredentials = new(key, algorithm) { CryptoProviderFactory = new() { CacheSignatureProviders = false } },
    });

    private static string Unsigned(string uid)
    {
        var payload = $$"""{"uid":"{{uid}}","use":"login","aud":"platform","jti":"1","auth_time":1,"iat_ms":9999999999999,"exp":{{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}}""";
        return $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{Base64UrlEncoder.Encode(payload)}.";
    }

    private static string Like(JsonWebToken good, SecurityKey key, string algorithm) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = good.Issuer,
        Audience = "platform",
        Claims = good.Claims.Where(claim => claim.Type is "uid" or "use" or "jti").ToDictionary(claim => claim.Type, claim => (object)claim.Value)
            .Append(new("auth_time", DateTimeOffset.UtcNow.ToUnixTimeSeconds())).Append(new("iat_ms", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).ToDictionary(),
        Expires = DateTime.UtcNow.AddHours(1),
        SigningCredentials = new(key, algorithm) { CryptoProviderFactory = new() { CacheSignatureProviders = false } },
    });
}
