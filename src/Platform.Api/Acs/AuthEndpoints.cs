using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Api.Security.Oidc;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/acs/api/v1/auth</c>: logins.</summary>
internal sealed class AuthEndpoints(AcsApi api)
{
    public static void Map(ApiRouter routes, AcsApi api, OidcSettings? oidc)
    {
        var auth = new AuthEndpoints(api);
        routes.Post(AcsApi.Root + "/auth/login", auth.LogInAsync).Needs(Right.Open);
        routes.Post(AcsApi.Root + "/auth/renew", auth.RenewAsync).Needs(Right.Filtered);
        routes.Get(AcsApi.Root + "/auth/logout", auth.LogOutAsync).Needs(Right.Filtered);
        routes.Post(AcsApi.Root + "/auth/logout", auth.LogOutAsync).Needs(Right.Filtered);
        routes.Post(AcsApi.Root + "/auth/code", auth.UseCodeAsync).Needs(Right.Open);
        routes.Get(AcsApi.Root + "/auth/providers", _ => Task.FromResult<IResult>(AcsApi.Answer(Providers(oidc)))).Needs(Right.Open);
        routes.Get(AcsApi.Root + "/auth/jwks", auth.ShowKeysAsync).Needs(Right.Open);
        routes.Get(IssuerAddress.KeysPath, auth.ShowKeysAsync).Needs(Right.Open);
        routes.Get(IssuerAddress.ConfigurationPath, auth.ShowConfigurationAsync).Needs(Right.Open);
    }

    private async Task<IResult> LogInAsync(ApiRequest request)
    {
        var body = await AcsApi.TextsAsync(request, ["uid", "password", "token"], "uid");
        var uid = body["uid"];
        var isRight = body.TryGetValue("password", out var password) ? await api.Passwords.IsRightAsync(uid, password)
            : body.TryGetValue("token", out var token) ? await IsServiceAsync(uid, token)
            : throw new ApiException(ErrorAnswer.BadRequest("send a password, or a token that is signed with the key of the service account"));
        if (request.Access.Trail is { } trail)
            await trail.LoginAsync(uid, isRight);
        return isRight
            ? AcsApi.Answer(new JsonObject { ["token"] = (await api.Store.IssueAsync(uid, TokenUse.Login, TokenLifetimes.Login, null, null)).Text.Value })
            : new ErrorAnswer(StatusCodes.Status401Unauthorized, "the name or the password is wrong");
    }

    private async Task<bool> IsServiceAsync(string uid, string token) =>
        (await api.ViewAsync()).Accounts.GetValueOrDefault(uid) is { PublicKey: { } key } && await ServiceLogin.IsRightAsync(uid, token, key, api.Time);

    /// <summary>A later token for one that still counts, as long as its owner proved who it is not too long ago.</summary>
    private async Task<IResult> RenewAsync(ApiRequest request)
    {
        if (request.Access.Token is not { Use: TokenUse.Login } token)
            return ErrorAnswer.BadRequest("only the token of a login is renewed");
        var left = token.LoggedInAt + TokenLifetimes.Session - api.Time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return new ErrorAnswer(StatusCodes.Status401Unauthorized, "the login is too long ago: log in again");
        var lifetime = left < TokenLifetimes.Login ? left : TokenLifetimes.Login;
        return AcsApi.Answer(new JsonObject { ["token"] = (await api.Store.IssueAsync(token.Uid, TokenUse.Login, lifetime, null, token.LoggedInAt)).Text.Value });
    }

    private async Task<IResult> LogOutAsync(ApiRequest request)
    {
        if (request.Access.Token is { } token)
        {
            await api.Store.RevokeTokenAsync(token);
            await api.RefreshAsync();
        }
        request.Http.Response.Cookies.Delete(TokenLogin.Cookie);
        return Results.NoContent();
    }

    /// <summary>Makes the first administrator, or another one after recovery.</summary>
    private async Task<IResult> UseCodeAsync(ApiRequest request)
    {
        var body = await AcsApi.TextsAsync(request, ["code", "uid", "password"], "code", "uid", "password");
        if (PasswordPolicy.Problem(body["password"], body["uid"]) is { } problem)
            return ErrorAnswer.Invalid("/password", problem);
        var account = new Account { Uid = body["uid"], Kind = IdentityKind.User, PasswordHash = await api.Passwords.HashAsync(body["password"]) };
        var result = await api.Store.UseCodeAsync(body["code"], account);
        if (result.Outcome == SecurityOutcome.NotFound)
            return new ErrorAnswer(StatusCodes.Status401Unauthorized, result.Message);
        return await api.AnswerAsync(Task.FromResult(result), StatusCodes.Status201Created);
    }

    private async Task<IResult> ShowKeysAsync(ApiRequest request) => AcsApi.Answer(new JsonObject
    {
        ["keys"] = new JsonArray([.. TokenReader.WebKeys((await api.ViewAsync()).Keys.Values)
            .Select(key => new JsonObject(key.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)member.Value))))]),
    });

    /// <summary>What others need to check tokens of tasks, in the form of OpenID Connect Discovery 1.0. Without an issuer that is an address it is a name.</summary>
    private async Task<IResult> ShowConfigurationAsync(ApiRequest request)
    {
        var snapshot = (await api.Store.ReadAsync(0))!;
        return AcsApi.Answer(new JsonObject
        {
            ["issuer"] = snapshot.TaskIssuer ?? snapshot.Issuer,
            ["jwks_uri"] = (snapshot.TaskIssuer ?? $"{request.Http.Request.Scheme}://{request.Http.Request.Host}") + IssuerAddress.KeysPath,
            ["response_types_supported"] = new JsonArray("id_token"),
            ["subject_types_supported"] = new JsonArray("public"),
            ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
            ["claims_supported"] = new JsonArray("sub", "aud", "exp", "iat", "nbf", "iss", "jti", "owner", "task_id", "agent_id", "cluster"),
        });
    }

    private static JsonObject Providers(OidcSettings? oidc)
    {
        var providers = new JsonObject
        {
            ["dcos-users"] = Provider("dcos-uid-password", "dcos-usercredential-post-receive-authtoken", "Name and password"),
            ["dcos-services"] = Provider("dcos-uid-servicekey", "dcos-servicecredential-post-receive-authtoken", "The key of a service account"),
        };
        if (oidc is not null)
            providers["oidc"] = OidcEndpoints.Describe(oidc);
        return providers;
    }

    private static JsonObject Provider(string type, string method, string description) => new()
    {
        ["authentication-type"] = type,
        ["client-method"] = method,
        ["config"] = new JsonObject { ["start_flow_url"] = AcsApi.Root + "/auth/login" },
        ["description"] = description,
    };
}
