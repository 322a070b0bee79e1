using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/acs/api/v1/users</c>: people and service accounts.</summary>
internal sealed class UserEndpoints(AcsApi api)
{
    private static readonly string[] Known = ["description", "password", "public_key", "current_password"];

    public static void Map(ApiRouter routes, AcsApi api)
    {
        var users = new UserEndpoints(api);
        routes.Get(AcsApi.Root + "/users", users.ListAsync).Needs(AcsApi.Look);
        routes.Get(AcsApi.Root + "/users/{uid}", users.ShowAsync).Needs(AcsApi.Look);
        routes.Put(AcsApi.Root + "/users/{uid}", users.AddAsync).Needs(AcsApi.Change);
        routes.Patch(AcsApi.Root + "/users/{uid}", users.ChangeAsync).Needs(Right.OfBody);
        routes.Delete(AcsApi.Root + "/users/{uid}", request => api.AnswerAsync(api.Store.RemoveAccountAsync(request.Value("uid")), StatusCodes.Status204NoContent)).Needs(AcsApi.Change);
        routes.Post(AcsApi.Root + "/users/{uid}/logout", users.LogOutAsync).Needs(AcsApi.Change);
        routes.Get(AcsApi.Root + "/users/{uid}/groups", users.ListGroupsAsync).Needs(AcsApi.Look);
        routes.Get(AcsApi.Root + "/users/{uid}/permissions", users.ListPermissionsAsync).Needs(AcsApi.Look);
    }

    /// <summary>The account as it is shown.</summary>
    public static JsonObject Show(Account account)
    {
        var json = new JsonObject
        {
            ["uid"] = account.Uid,
            ["url"] = $"{AcsApi.Root}/users/{account.Uid}",
            ["description"] = account.Description,
            ["is_remote"] = account.Provider is not null,
            ["is_service"] = account.Kind == IdentityKind.Service,
            ["provider_type"] = account.Provider is null ? "internal" : "oidc",
            ["provider_id"] = account.Provider ?? "",
        };
        if (account.PublicKey is { } key)
            json["public_key"] = key;
        return json;
    }

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var kind = request.Query.Text("type") == "service" ? IdentityKind.Service : IdentityKind.User;
        return AcsApi.List((await api.ViewAsync()).Accounts.Values.Where(account => account.Kind == kind).OrderBy(account => account.Uid, StringComparer.Ordinal).Select(Show));
    }

    private Task<IResult> ShowAsync(ApiRequest request) => WithAsync(request, (account, _) => AcsApi.Answer(Show(account)));

    private async Task<IResult> AddAsync(ApiRequest request)
    {
        var body = await AcsApi.TextsAsync(request, Known);
        var uid = request.Value("uid");
        var account = new Account { Uid = uid, Kind = IdentityKind.User, Description = body.GetValueOrDefault("description", "") };
        if (body.TryGetValue("public_key", out var key))
        {
            account = account with { Kind = IdentityKind.Service, PublicKey = key };
            if (ServiceLogin.ProblemOfKey(key) is { } problem)
                return ErrorAnswer.Invalid("/public_key", problem);
        }
        else if (body.TryGetValue("password", out var password))
        {
            if (PasswordPolicy.Problem(password, uid) is { } problem)
                return ErrorAnswer.Invalid("/password", problem);
            account = account with { PasswordHash = await api.Passwords.HashAsync(password) };
        }
        else
        {
            return ErrorAnswer.Invalid("", "a user has a 'password', a service account a 'public_key'");
        }
        return await api.AnswerAsync(api.Store.AddAccountAsync(account), StatusCodes.Status201Created);
    }

    /// <summary>An administrator changes everything; everybody changes the own password, and has to know the one before.</summary>
    private async Task<IResult> ChangeAsync(ApiRequest request)
    {
        var body = await AcsApi.TextsAsync(request, Known);
        var uid = request.Value("uid");
        var isOwn = request.Access.Who is { Kind: IdentityKind.User } who && who.Uid == uid && request.Access.Token?.Use == TokenUse.Login && body.Keys.All(name => name is "password" or "current_password");
        if (!isOwn || !body.ContainsKey("current_password"))
            request.Access.Demand(AccessAction.Update, ResourceId.Identities);
        else if (!await api.Passwords.IsRightAsync(uid, body["current_password"]))
            return new ErrorAnswer(StatusCodes.Status403Forbidden, "the current password is wrong");
        string? hash = null;
        if (body.TryGetValue("password", out var password))
        {
            if (PasswordPolicy.Problem(password, uid) is { } problem)
                return ErrorAnswer.Invalid("/password", problem);
            hash = await api.Passwords.HashAsync(password);
        }
        if (body.TryGetValue("public_key", out var key) && ServiceLogin.ProblemOfKey(key) is { } wrong)
            return ErrorAnswer.Invalid("/public_key", wrong);
        return await api.AnswerAsync(
            api.Store.ChangeAccountAsync(uid, body.GetValueOrDefault("description"), hash, key, revokeTokens: false), StatusCodes.Status204NoContent);
    }

    /// <summary>Takes all tokens of an account back that were issued so far.</summary>
    private Task<IResult> LogOutAsync(ApiRequest request) =>
        api.AnswerAsync(api.Store.ChangeAccountAsync(request.Value("uid"), null, null, null, revokeTokens: true), StatusCodes.Status204NoContent);

    private Task<IResult> ListGroupsAsync(ApiRequest request) => WithAsync(request, (account, view) => AcsApi.List(view.Groups.Values
        .Where(group => group.Members.AsEnumerable().Contains(account.Uid)).OrderBy(group => group.Gid, StringComparer.Ordinal)
        .Select(group => new JsonObject { ["group"] = GroupEndpoints.Show(group), ["membershipurl"] = $"{AcsApi.Root}/groups/{group.Gid}/users/{account.Uid}" })));

    private Task<IResult> ListPermissionsAsync(ApiRequest request) => WithAsync(request, (account, view) => AcsApi.Answer(new JsonObject
    {
        ["direct"] = new JsonArray([.. view.Lists.Values.Where(list => list.Users.ContainsKey(account.Uid)).OrderBy(list => list.Resource, StringComparer.Ordinal)
            .Select(list => AccessListEndpoints.Show(list, list.Users.Find(account.Uid)))]),
        ["groups"] = new JsonArray([.. view.Groups.Values.Where(group => group.Members.AsEnumerable().Contains(account.Uid)).SelectMany(group =>
            view.Lists.Values.Where(list => list.Groups.ContainsKey(group.Gid)).OrderBy(list => list.Resource, StringComparer.Ordinal).Select(list =>
            {
                var json = AccessListEndpoints.Show(list, list.Groups.Find(group.Gid));
                json["gid"] = group.Gid;
                return json;
            }))]),
    }));

    private async Task<IResult> WithAsync(ApiRequest request, Func<Account, SecurityView, IResult> answer)
    {
        var view = await api.ViewAsync();
        return view.Accounts.TryGetValue(request.Value("uid"), out var account) ? answer(account, view) : ErrorAnswer.NotFound($"there is no account {request.Value("uid")}");
    }
}
