using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary><c>/acs/api/v1/acls</c>: who may do what. Slashes of a resource in an address are escaped twice (<c>%252F</c>).</summary>
internal sealed class AccessListEndpoints(AcsApi api)
{
    public static void Map(ApiRouter routes, AcsApi api)
    {
        var lists = new AccessListEndpoints(api);
        const string One = AcsApi.Root + "/acls/{rid+}";
        routes.Get(AcsApi.Root + "/acls", lists.ListAsync).Needs(AcsApi.Look);
        // Longer paths come before the resource that would swallow them.
        foreach (var (kind, isGroup) in ((string, bool)[])[("users", false), ("groups", true)])
        {
            routes.Get($"{One}/{kind}/{{subject+}}/{{action}}", request => lists.ShowActionAsync(request, isGroup)).Needs(AcsApi.Look);
            routes.Put($"{One}/{kind}/{{subject+}}/{{action}}", request => lists.GrantAsync(request, isGroup)).Needs(AcsApi.Change);
            routes.Delete($"{One}/{kind}/{{subject+}}/{{action}}", request => lists.RevokeAsync(request, AcsApi.ActionOf(request), isGroup)).Needs(AcsApi.Change);
            routes.Get($"{One}/{kind}/{{subject+}}", request => lists.ShowSubjectAsync(request, isGroup)).Needs(AcsApi.Look);
            routes.Delete($"{One}/{kind}/{{subject+}}", request => lists.RevokeAsync(request, null, isGroup)).Needs(AcsApi.Change);
        }
        routes.Get(One + "/permissions", lists.ShowPermissionsAsync).Needs(AcsApi.Look);
        routes.Get(One, request => lists.WithAsync(request, list => AcsApi.Answer(Show(list)))).Needs(AcsApi.Look);
        routes.Put(One, request => lists.PutAsync(request, mustBeNew: true)).Needs(AcsApi.Change);
        routes.Patch(One, request => lists.PutAsync(request, mustBeNew: false)).Needs(AcsApi.Change);
        routes.Delete(One, request => api.AnswerAsync(api.Store.RemoveListAsync(AcsApi.ResourceOf(request)), StatusCodes.Status204NoContent)).Needs(AcsApi.Change);
    }

    /// <summary>The list with the actions of somebody.</summary>
    public static JsonObject Show(AccessList list, ValueList<AccessAction> actions)
    {
        var json = new JsonObject { ["aclurl"] = AcsApi.UrlOf(list.Resource), ["rid"] = list.Resource, ["description"] = list.Description };
        json["actions"] = Actions(actions);
        return json;
    }

    private static JsonObject Show(AccessList list) => new() { ["rid"] = list.Resource, ["url"] = AcsApi.UrlOf(list.Resource), ["description"] = list.Description };

    private static JsonArray Actions(ValueList<AccessAction> actions) => new([.. actions.Select(action => new JsonObject { ["name"] = action.Name() })]);

    private async Task<IResult> ListAsync(ApiRequest request) =>
        AcsApi.List((await api.ViewAsync()).Lists.Values.OrderBy(list => list.Resource, StringComparer.Ordinal).Select(Show));

    private async Task<IResult> PutAsync(ApiRequest request, bool mustBeNew)
    {
        var description = request.Http.Request.ContentLength is > 0 ? (await AcsApi.TextsAsync(request, ["description"])).GetValueOrDefault("description", "") : "";
        return await api.AnswerAsync(
            api.Store.PutListAsync(AcsApi.ResourceOf(request), description, mustBeNew), mustBeNew ? StatusCodes.Status201Created : StatusCodes.Status204NoContent);
    }

    private Task<IResult> GrantAsync(ApiRequest request, bool isGroup) => api.AnswerAsync(
        api.Store.GrantAsync(new(AcsApi.ResourceOf(request), AcsApi.ActionOf(request)), AcsApi.SubjectOf(request), isGroup), StatusCodes.Status204NoContent);

    private Task<IResult> RevokeAsync(ApiRequest request, AccessAction? action, bool isGroup) => api.AnswerAsync(
        api.Store.RevokeAsync(AcsApi.ResourceOf(request), action, AcsApi.SubjectOf(request), isGroup), StatusCodes.Status204NoContent);

    private Task<IResult> ShowSubjectAsync(ApiRequest request, bool isGroup) =>
        WithAsync(request, list => AcsApi.Answer(new JsonObject { ["array"] = Actions((isGroup ? list.Groups : list.Users).Find(AcsApi.SubjectOf(request))) }));

    private Task<IResult> ShowActionAsync(ApiRequest request, bool isGroup) => WithAsync(request, list => AcsApi.Answer(new JsonObject
    {
        ["allowed"] = (isGroup ? list.Groups : list.Users).Find(AcsApi.SubjectOf(request)).AsEnumerable().Contains(AcsApi.ActionOf(request)),
    }));

    private Task<IResult> ShowPermissionsAsync(ApiRequest request) => WithAsync(request, list => AcsApi.Answer(new JsonObject
    {
        ["users"] = new JsonArray([.. list.Users.Select(entry =>
            new JsonObject { ["uid"] = entry.Key, ["userurl"] = $"{AcsApi.Root}/users/{entry.Key}", ["actions"] = Actions(entry.Value) })]),
        ["groups"] = new JsonArray([.. list.Groups.Select(entry =>
            new JsonObject { ["gid"] = entry.Key, ["groupurl"] = $"{AcsApi.Root}/groups/{entry.Key}", ["actions"] = Actions(entry.Value) })]),
    }));

    private async Task<IResult> WithAsync(ApiRequest request, Func<AccessList, IResult> answer)
    {
        var resource = AcsApi.ResourceOf(request);
        return (await api.ViewAsync()).Lists.TryGetValue(resource, out var list) ? answer(list) : ErrorAnswer.NotFound($"there is no access list of {resource}");
    }
}
