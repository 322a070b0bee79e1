using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Pods;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Groups;

/// <summary><c>/v2/groups</c>: groups and their changes.</summary>
internal sealed class GroupsEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var groups = new GroupsEndpoints(api);
        routes.Get("/v2/groups", request => groups.ShowAsync(request, AppPath.Root)).Needs(Right.Filtered);
        routes.Get("/v2/groups/versions", _ => groups.ListVersionsAsync(AppPath.Root)).Needs(Right.OnRoot(AccessAction.Read));
        routes.Get("/v2/groups/versions/{version}", request => groups.ShowVersionAsync(request, AppPath.Root)).Needs(Right.OnRoot(AccessAction.Read));
        routes.Get("/v2/groups/apps", request => groups.ListAppsAsync(request, AppPath.Root)).Needs(Right.Filtered);
        routes.Get("/v2/groups/{id+}/versions", request => groups.ListVersionsAsync(request.PathValue("id"))).Needs(Right.OnApp(AccessAction.Read));
        routes.Get("/v2/groups/{id+}/versions/{version}", request => groups.ShowVersionAsync(request, request.PathValue("id"))).Needs(Right.OnApp(AccessAction.Read));
        routes.Get("/v2/groups/{id+}/apps", request => groups.ListAppsAsync(request, request.PathValue("id"))).Needs(Right.Filtered);
        routes.Get("/v2/groups/{id+}", request => groups.ShowAsync(request, request.PathValue("id"))).Needs(Right.Filtered);
        routes.Post("/v2/groups", request => groups.CreateAsync(request, AppPath.Root)).Needs(Right.OfBody);
        routes.Post("/v2/groups/{id+}", request => groups.CreateAsync(request, request.PathValue("id"))).Needs(Right.OfBody);
        // Clients of old go back to a version by its address.
        routes.Put("/v2/groups/versions/{version}", request => groups.GoBackAsync(request, AppPath.Root)).Needs(Right.OnRoot(AccessAction.Update));
        routes.Put("/v2/groups/{id+}/versions/{version}", request => groups.GoBackAsync(request, request.PathValue("id"))).Needs(Right.OnApp(AccessAction.Update));
        routes.Put("/v2/groups", request => groups.UpdateAsync(request, AppPath.Root)).Needs(Right.OfBody);
        routes.Put("/v2/groups/{id+}", request => groups.UpdateAsync(request, request.PathValue("id"))).Needs(Right.OfBody);
        routes.Patch("/v2/groups/{id+}", groups.PatchAsync).Needs(Right.OfBody);
        routes.Delete("/v2/groups", request => groups.RemoveAsync(request, AppPath.Root)).Needs(Right.OnRoot(AccessAction.Delete));
        routes.Delete("/v2/groups/{id+}", request => groups.RemoveAsync(request, request.PathValue("id"))).Needs(Right.OnApp(AccessAction.Delete));
    }

    private async Task<IResult> ShowAsync(ApiRequest request, string path)
    {
        var embed = GroupEmbed.From(request.Query.Set("embed"));
        DemandSight(request, path);
        var tree = Visible(request, await api.Reader.Groups.GetAsync());
        if (path != AppPath.Root && tree?.Groups.ContainsKey(path) != true)
            return MarathonErrors.UnknownGroup(path);
        var apps = embed.Apps ? await api.Reader.ListAsync(path) : [];
        var pods = embed.Pods ? await api.Pods.ListAsync(path, withRemoved: false) : [];
        var writer = new GroupWriter(tree ?? new GroupTree { Version = "" }, apps, pods, embed, api);
        return new JsonAnswer(json => writer.Write(json, path)) { Capacity = apps.Sum(app => api.AppInfo.Estimate(app, embed.App)) + 1_024 };
    }

    // A group of which nothing may be seen is refused, whether it is there or not.
    private static void DemandSight(ApiRequest request, string path)
    {
        if (path != AppPath.Root && !request.Access.Rights.AllowsWithin(AccessAction.Read, ResourceId.Service(path)))
            request.Access.Demand(AccessAction.Read, ResourceId.Service(path));
    }

    private static GroupTree? Visible(ApiRequest request, GroupTree? tree) => tree is null || request.Access.Allows(AccessAction.Read, ResourceId.Service(AppPath.Root)) ? tree
        : tree with { Groups = tree.Groups.Where(group => group.Key == AppPath.Root || request.Access.Rights.AllowsWithin(AccessAction.Read, ResourceId.Service(group.Key))).ToValueMap() };

    private async Task<IResult> ListAppsAsync(ApiRequest request, string path)
    {
        DemandSight(request, path);
        var tree = await api.Reader.Groups.GetAsync();
        if (path != AppPath.Root && tree?.Groups.ContainsKey(path) != true)
            return MarathonErrors.UnknownGroup(path);
        var embed = AppEmbeds.ParseForGroup(request.Query.Set("embed"));
        var apps = await api.Reader.ListAsync(path);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartArray();
            foreach (var app in apps)
                api.AppInfo.Write(writer, app, embed);
            writer.WriteEndArray();
        });
    }

    private async Task<IResult> ListVersionsAsync(string path)
    {
        if (path != AppPath.Root && (await api.Reader.Groups.GetAsync())?.Groups.ContainsKey(path) != true)
            return MarathonErrors.UnknownGroup(path);
        var versions = await api.Reader.Groups.GetVersionsAsync(path);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartArray();
            foreach (var version in versions)
                writer.WriteStringValue(version);
            writer.WriteEndArray();
        });
    }

    private async Task<IResult> ShowVersionAsync(ApiRequest request, string path)
    {
        var text = request.Value("version");
        if (Timestamps.Normalize(text) is not { } version)
            return Timestamps.Refuse(text);
        var tree = await api.Reader.Groups.GetAsync(version);
        var apps = await api.Reader.Groups.GetAppsAsync(path, version);
        if (tree is null || apps is null || path != AppPath.Root && !tree.Groups.ContainsKey(path))
            return MarathonErrors.UnknownGroup(path);
        var embed = GroupEmbed.From(request.Query.Set("embed"));
        var views = apps.Value.Values.Select(definition => new AppView(definition, null, null)).ToLookup(view => view.Definition.Spec.Pod is not null);
        var pods = views[true].Select(view => new PodView(view, new Dictionary<string, AppVersion>(), IsTerminating: false));
        var writer = new GroupWriter(tree, [.. views[false]], [.. pods], embed, api);
        return new JsonAnswer(json => writer.Write(json, path));
    }

    private Task<IResult> CreateAsync(ApiRequest request, string path) => ChangeAsync(request, path, isNew: true);

    private Task<IResult> UpdateAsync(ApiRequest request, string path) => ChangeAsync(request, path, isNew: false);

    private async Task<IResult> GoBackAsync(ApiRequest request, string path)
    {
        var text = request.Value("version");
        if (Timestamps.Normalize(text) is not { } version)
            return Timestamps.Refuse(text);
        using var body = JsonDocument.Parse($$"""{"version":"{{version}}"}""");
        return await ChangeAsync(request, path, isNew: false, body);
    }

    private async Task<IResult> ChangeAsync(ApiRequest request, string path, bool isNew)
    {
        using var body = await request.ReadJsonAsync();
        return await ChangeAsync(request, path, isNew, body);
    }

    private async Task<IResult> ChangeAsync(ApiRequest request, string path, bool isNew, JsonDocument body)
    {
        var changed = path;
        async Task<ChangeSet> MakeAsync()
        {
            var around = await api.SurroundingsAsync(body.RootElement);
            var tree = around.Tree;
            var standing = await api.Reader.Groups.GetAppsAsync(AppPath.Root) ?? default;
            var problems = new JsonProblems();
            var reader = new GroupReader(around, standing, problems);
            var group = reader.Read(body.RootElement, "", path, idRequired: false);
            if (group is not null)
                reader.CheckEnforceRole(group);
            if (group is null || problems.Any)
                throw new ApiException(ErrorAnswer.Invalid(problems));
            changed = group.Path;
            if (isNew && (changed == AppPath.Root || tree?.Groups.ContainsKey(changed) == true))
                throw new ApiException(ErrorAnswer.Conflict($"Group {changed} is already created. Use PUT to change this group."));
            if (isNew && standing.Find(changed) is { } stands)
                throw new ApiException(ErrorAnswer.Conflict($"{(stands.Spec.Pod is null ? "An app" : "A pod")} with the path {changed} already exists."));
            return await new GroupChanges(api.Reader, tree, standing).MakeAsync(group, isNew, request.Query.Flag("force"));
        }

        if (request.Query.Flag("dryRun"))
            return await DryRuns.AnswerAsync(api, request, await MakeAsync());
        var result = await api.Writer.ChangeAsync(MakeAsync, set => ChangeReview.ReviewAsync(api, request, set));
        return isNew ? MarathonApi.Accepted(result, StatusCodes.Status201Created, "/v2/groups" + changed) : MarathonApi.Accepted(result);
    }

    private async Task<IResult> PatchAsync(ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var path = request.PathValue("id");
        var problems = new JsonProblems();
        var enforce = JsonObjectReader.Open(body.RootElement, "", problems) is { } group ? group.Flag("enforceRole") : null;
        if (AppPath.Parent(path) != AppPath.Root || path == AppPath.Root)
            problems.Rule("", "Path needs to be top-level");
        if (problems.Any)
            return ErrorAnswer.Invalid(problems);
        if ((await api.Reader.Groups.GetAsync())?.Groups.ContainsKey(path) != true)
            return MarathonErrors.UnknownGroup(path);
        await api.Writer.ChangeAsync(new ChangeSet { Groups = [new GroupChange { Path = path, EnforceRole = enforce ?? false }] });
        return Results.Ok();
    }

    private async Task<IResult> RemoveAsync(ApiRequest request, string path)
    {
        async Task<ChangeSet> MakeAsync()
        {
            var tree = await api.Reader.Groups.GetAsync();
            if (path != AppPath.Root && tree?.Groups.ContainsKey(path) != true)
                throw new ApiException(MarathonErrors.UnknownGroup(path));
            var standing = await api.Reader.Groups.GetAppsAsync(path) ?? default;
            return new GroupChanges(api.Reader, tree, standing).Remove(path, request.Query.Flag("force"));
        }

        return request.Query.Flag("dryRun")
            ? await DryRuns.AnswerAsync(api, request, await MakeAsync())
            : MarathonApi.Accepted(await api.Writer.ChangeAsync(MakeAsync));
    }
}
