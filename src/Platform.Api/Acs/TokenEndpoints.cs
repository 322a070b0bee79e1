using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/api/tokens</c>: tokens for programs, with a scope and an end. <c>/api/session</c>: who one is, and what one may do.</summary>
internal sealed class TokenEndpoints(AcsApi api)
{
    public static void Map(ApiRouter routes, AcsApi api)
    {
        var tokens = new TokenEndpoints(api);
        routes.Get("/api/session", tokens.ShowSessionAsync).Needs(Right.Filtered);
        routes.Post("/api/session/can", AskAsync).Needs(Right.Filtered);
        routes.Get("/api/tokens", tokens.ListAsync).Needs(Right.Filtered);
        routes.Post("/api/tokens", tokens.AddAsync).Needs(Right.Filtered);
        routes.Post("/api/tokens/agents", tokens.AddForAgentAsync).Needs(Right.On(AccessAction.Create, ResourceId.AgentSession));
        routes.Delete("/api/tokens/{id}", tokens.RemoveAsync).Needs(Right.Filtered);
    }

    private async Task<IResult> ShowSessionAsync(ApiRequest request)
    {
        var access = request.Access;
        var grants = (await api.ViewAsync()).GrantsOf(access.Who.Uid);
        return AcsApi.Answer(new JsonObject
        {
            ["uid"] = access.Who.Uid,
            ["kind"] = access.Who.Kind.ToString().ToLowerInvariant(),
            ["authentication"] = access.Who.Kind == IdentityKind.Local ? "off" : "on",
            ["expiresAt"] = access.Token?.ExpiresAt.ToString("O"),
            ["permissions"] = new JsonArray([.. grants.Select(grant =>
                new JsonObject { ["resource"] = grant.Permission.Resource, ["action"] = grant.Permission.Action.Name(), ["source"] = grant.Source })]),
        });
    }

    /// <summary>Whether one may do something, and why.</summary>
    private static async Task<IResult> AskAsync(ApiRequest request)
    {
        var body = await AcsApi.TextsAsync(request, ["action", "resource"], "action", "resource");
        if (AccessActions.Parse(body["action"]) is not { } action)
            return ErrorAnswer.Invalid("/action", "actions are create, read, update, delete and full");
        var verdict = request.Access.Decide(action, body["resource"]);
        return AcsApi.Answer(new JsonObject { ["allowed"] = verdict.IsAllowed, ["reason"] = verdict.Reason });
    }

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var all = request.Access.Allows(AccessAction.Read, ResourceId.Identities);
        var tokens = (await api.ViewAsync()).Tokens.Values.Where(token => all || token.Uid == request.Access.Who.Uid);
        return AcsApi.Answer(new JsonObject { ["tokens"] = new JsonArray([.. tokens.OrderBy(token => token.CreatedAt).Select(Show)]) });
    }

    private async Task<IResult> AddAsync(ApiRequest request)
    {
        // A token must not outlive itself by making another one.
        if (request.Access.Token is not { Use: TokenUse.Login })
            return new ErrorAnswer(StatusCodes.Status403Forbidden, "tokens for programs are made by who has logged in");
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        if (JsonObjectReader.Open(body.RootElement, "", problems) is not { } json)
            throw new ApiException(ErrorAnswer.Invalid(problems));
        var description = json.Text("description", maxLength: 256) ?? "";
        var days = json.Number("days", 1.0 / 1440, TokenLifetimes.Longest.TotalDays) ?? TokenLifetimes.Program.TotalDays;
        var scope = json.List("scope", ReadPermission) ?? default;
        if (problems.Any)
            throw new ApiException(ErrorAnswer.Invalid(problems));
        var wish = new IssuedToken { Id = "", Uid = request.Access.Who.Uid, Description = description, Scope = scope };
        var (result, token) = await api.Store.IssueForProgramAsync(wish, TimeSpan.FromDays(days));
        if (token is null)
            return AcsApi.Refusal(result);
        await api.RefreshAsync();
        return AcsApi.Answer(new JsonObject { ["id"] = token.Id, ["token"] = token.Text.Value, ["expiresAt"] = token.ExpiresAt.ToString("O") }, StatusCodes.Status201Created);
    }

    private async Task<IResult> AddForAgentAsync(ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        if (JsonObjectReader.Open(body.RootElement, "", problems) is not { } json || !json.Require("name"))
            throw new ApiException(ErrorAnswer.Invalid(problems));
        var name = json.Text("name") ?? "";
        if (AccountNames.Problem(name) is { } wrong)
            json.Rule("name", wrong);
        var days = json.Number("days", 1.0 / 1440, TokenLifetimes.Longest.TotalDays) ?? TokenLifetimes.Longest.TotalDays;
        if (problems.Any)
            throw new ApiException(ErrorAnswer.Invalid(problems));
        var token = await api.Store.IssueForAgentAsync(name, TimeSpan.FromDays(days), request.Http.RequestServices.GetService<ServerTrust>()?.Authority);
        await api.RefreshAsync();
        return AcsApi.Answer(new JsonObject { ["id"] = token.Id, ["token"] = token.Text.Value, ["expiresAt"] = token.ExpiresAt.ToString("O") }, StatusCodes.Status201Created);
    }

    private Task<IResult> RemoveAsync(ApiRequest request) => api.AnswerAsync(
        api.Store.RemoveTokenAsync(request.Value("id"), request.Access.Allows(AccessAction.Update, ResourceId.Identities) ? null : request.Access.Who.Uid),
        StatusCodes.Status204NoContent);

    private static Permission? ReadPermission(System.Text.Json.JsonElement item, string path, JsonProblems problems)
    {
        if (JsonObjectReader.Open(item, path, problems) is not { } json || !json.Require("resource"))
            return null;
        var resource = json.Text("resource") ?? "";
        var action = AccessActions.Parse(json.Text("action") ?? "full");
        if (action is null)
            json.Rule("action", "actions are create, read, update, delete and full");
        if (ResourceId.Validate(resource) is { } problem)
            json.Rule("resource", problem);
        return action is { } known ? new(resource, known) : null;
    }

    private static JsonObject Show(IssuedToken token) => new()
    {
        ["id"] = token.Id,
        ["uid"] = token.Uid,
        ["description"] = token.Description,
        ["createdAt"] = token.CreatedAt.ToString("O"),
        ["expiresAt"] = token.ExpiresAt.ToString("O"),
        ["scope"] = new JsonArray([.. token.Scope.Select(permission => new JsonObject { ["resource"] = permission.Resource, ["action"] = permission.Action.Name() })]),
    };
}
