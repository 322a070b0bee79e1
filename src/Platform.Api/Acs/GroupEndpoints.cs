using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/acs/api/v1/groups</c>: groups of accounts.</summary>
internal sealed class GroupEndpoints(AcsApi api)
{
    public static void Map(ApiRouter routes, AcsApi api)
    {
        var groups = new GroupEndpoints(api);
        routes.Get(AcsApi.Root + "/groups", groups.ListAsync).Needs(AcsApi.Look);
        routes.Get(AcsApi.Root + "/groups/{gid}", request => groups.WithAsync(request, (group, _) => AcsApi.Answer(Show(group)))).Needs(AcsApi.Look);
        routes.Put(AcsApi.Root + "/groups/{gid}", request => groups.PutAsync(request, mustBeNew: true)).Needs(AcsApi.Change);
        routes.Patch(AcsApi.Root + "/groups/{gid}", request => groups.PutAsync(request, mustBeNew: false)).Needs(AcsApi.Change);
        routes.Delete(AcsApi.Root + "/groups/{gid}", request => api.AnswerAsync(api.Store.RemoveGroupAsync(request.Value("gid")), StatusCodes.Status204NoContent)).Needs(AcsApi.Change);
        routes.Get(AcsApi.Root + "/groups/{gid}/users", groups.ListMembersAsync).Needs(AcsApi.Look);
        routes.Put(AcsApi.Root + "/groups/{gid}/users/{uid}", request => groups.SetMemberAsync(request, isMember: true)).Needs(AcsApi.Change);
        routes.Delete(AcsApi.Root + "/groups/{gid}/users/{uid}", request => groups.SetMemberAsync(request, isMember: false)).Needs(AcsApi.Change);
        routes.Get(AcsApi.Root + "/groups/{gid}/permissions", groups.ListPermissionsAsync).Needs(AcsApi.Look);
    }

    /// <summary>The group as it is shown.</summary>
    public static JsonObject Show(AccountGroup group) => new()
    {
        ["gid"] = group.Gid,
        ["url"] = $"{AcsApi.Root}/groups/{group.Gid}",
        ["description"] = group.Description,
        ["provider_type"] = "internal",
    };

    private async Task<IResult> ListAsync(ApiRequest request) =>
        AcsApi.List((await api.ViewAsync()).Groups.Values.OrderBy(group => group.Gid, StringComparer.Ordinal).Select(Show));

    private async Task<IResult> PutAsync(ApiRequest request, bool mustBeNew)
    {
        var description = request.Http.Request.ContentLength is > 0 ? (await AcsApi.TextsAsync(request, ["description"])).GetValueOrDefault("description", "") : "";
        return await api.AnswerAsync(
            api.Store.PutGroupAsync(request.Value("gid"), description, mustBeNew), mustBeNew ? StatusCodes.Status201Created : StatusCodes.Status204NoContent);
    }

    private Task<IResult> SetMemberAsync(ApiRequest request, bool isMember) =>
        api.AnswerAsync(api.Store.SetMemberAsync(request.Value("gid"), request.Value("uid"), isMember), StatusCodes.Status204NoContent);

    private Task<IResult> ListMembersAsync(ApiRequest request) => WithAsync(request, (group, view) => AcsApi.List(group.Members
        .Select(uid => view.Accounts.GetValueOrDefault(uid)).OfType<Account>()
        .Select(account => new JsonObject { ["user"] = UserEndpoints.Show(account), ["membershipurl"] = $"{AcsApi.Root}/groups/{group.Gid}/users/{account.Uid}" })));

    private Task<IResult> ListPermissionsAsync(ApiRequest request) => WithAsync(request, (group, view) => AcsApi.List(view.Lists.Values
        .Where(list => list.Groups.ContainsKey(group.Gid)).OrderBy(list => list.Resource, StringComparer.Ordinal)
        .Select(list => AccessListEndpoints.Show(list, list.Groups.Find(group.Gid)))));

    private async Task<IResult> WithAsync(ApiRequest request, Func<AccountGroup, SecurityView, IResult> answer)
    {
        var view = await api.ViewAsync();
        return view.Groups.TryGetValue(request.Value("gid"), out var group) ? answer(group, view) : ErrorAnswer.NotFound($"there is no group {request.Value("gid")}");
    }
}
