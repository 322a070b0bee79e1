using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/apps</c>: apps and their changes.</summary>
internal sealed class AppsEndpoints(MarathonApi api)
{
    /// <summary>Members that an app always had, whether or not they were asked for.</summary>
    private const AppEmbed Always = AppEmbed.Counts | AppEmbed.Deployments;

    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var apps = new AppsEndpoints(api);
        routes.Get("/v2/apps", apps.ListAsync).Needs(Right.Filtered);
        routes.Post("/v2/apps", apps.CreateAsync).Needs(Right.OfBody);
        routes.Put("/v2/apps", request => apps.ChangeManyAsync(request, allowCreation: true)).Needs(Right.OfBody);
        routes.Patch("/v2/apps", request => apps.ChangeManyAsync(request, allowCreation: false)).Needs(Right.OfBody);
        routes.Post("/v2/apps/{id+}/restart", apps.RestartAsync).Needs(Right.OnApp(AccessAction.Update));
        routes.Get("/v2/apps/{id+}", apps.ShowAsync).Needs(Right.OnApp(AccessAction.Read));
        routes.Put("/v2/apps/{id+}", request => apps.ChangeAsync(request, allowCreation: true)).Needs(Right.OfBody);
        routes.Patch("/v2/apps/{id+}", request => apps.ChangeAsync(request, allowCreation: false)).Needs(Right.OnApp(AccessAction.Update));
        routes.Delete("/v2/apps/{id+}", apps.RemoveAsync).Needs(Right.OnApp(AccessAction.Delete));
    }

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var filter = AppFilter.From(request.Query);
        var page = Page.From(request.Query);
        var embed = AppEmbeds.Parse(request.Query.Set("embed")) | Always;
        var locks = api.Reader.Groups.GetLocksAsync();
        var matching = (await api.Reader.ListDefinitionsAsync(AppPath.Root)).Where(filter.Matches).ToList();
        var shown = page.Of(matching, app => app.Spec.Id);
        var apps = await api.Reader.WithStatusAsync(shown, await locks);
        return ListAnswer.Of("apps", apps.Count, page.HeadersFor(matching.Count, shown.Count == 0 ? null : shown[^1].Spec.Id), FieldSelection.From(request.Query),
            (writer, i) => api.AppInfo.Write(writer, apps[i], embed),
            apps.Sum(app => api.AppInfo.Estimate(app, embed)));
    }

    private async Task<IResult> ShowAsync(ApiRequest request)
    {
        var embed = AppEmbeds.Parse(request.Query.Set("embed")) | Always | AppEmbed.Tasks | AppEmbed.LastTaskFailure;
        if (AppPath.Name(request.PathValue("id")) == "*")
            return await ShowGroupAsync(AppPath.Parent(request.PathValue("id")), embed);
        var id = request.PathValue("id");
        if (await api.Reader.FindAsync(id) is not { } app)
            return MarathonErrors.UnknownApp(id);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("app");
            api.AppInfo.Write(writer, app, embed);
            writer.WriteEndObject();
        })
        { Capacity = api.AppInfo.Estimate(app, embed) };
    }

    /// <summary><c>/v2/apps/{group}/*</c>: all apps below a group.</summary>
    private async Task<IResult> ShowGroupAsync(string group, AppEmbed embed)
    {
        if (group != AppPath.Root && (await api.Reader.Groups.GetAsync())?.Groups.ContainsKey(group) != true)
            return MarathonErrors.UnknownGroup(group);
        var apps = await api.Reader.ListAsync(group);
        return ListAnswer.Of("*", apps.Count, null, null, (writer, i) => api.AppInfo.Write(writer, apps[i], embed), apps.Sum(app => api.AppInfo.Estimate(app, embed)));
    }

    private async Task<IResult> CreateAsync(ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var around = await api.SurroundingsAsync(body.RootElement);
        var change = AppChanges.Create(body.RootElement, "", null, around, problems);
        if (problems.Any || change is null)
            return ErrorAnswer.Invalid(problems);
        var set = new ChangeSet { Apps = [change], Force = request.Query.Flag("force") };
        if (request.Query.Flag("dryRun"))
            return await DryRuns.AnswerAsync(api, request, set);

        await ChangeReview.ReviewAsync(api, request, set);
        var result = await api.Writer.ChangeAsync(set);
        await api.PublishAsync(request.Http, change.Spec!);
        // The definition is read back, with the ports that it was given.
        var definition = await api.Reader.FindDefinitionAsync(change.AppId) ?? new() { Spec = change.Spec!, Version = result.Version, LastScalingAt = result.Version, LastConfigChangeAt = result.Version };
        return new JsonAnswer(writer => api.AppInfo.Write(writer, new(definition, null, result.DeploymentId), Always))
        {
            Status = StatusCodes.Status201Created,
            Headers = new Dictionary<string, string> { ["Location"] = "/v2/apps" + change.AppId, [DeploymentWriter.Header] = result.DeploymentId },
        };
    }

    private async Task<IResult> ChangeAsync(ApiRequest request, bool allowCreation)
    {
        using var body = await request.ReadJsonAsync();
        var id = request.PathValue("id");
        var partial = !allowCreation || request.Query.Flag("partialUpdate", whenAbsent: true);
        var created = false;
        AppSpec? spec = null;
        async Task<ChangeSet> MakeAsync()
        {
            var around = await api.SurroundingsAsync(body.RootElement);
            var standing = await api.Reader.FindDefinitionAsync(id);
            if (standing is null && !allowCreation)
                throw new ApiException(MarathonErrors.UnknownApp(id));
            created = standing is null;
            var problems = new JsonProblems();
            var change = standing is null ? AppChanges.Create(body.RootElement, "", id, around, problems)
                : partial ? await api.Changes.UpdateAsync(body.RootElement, "", standing, around, problems)
                : AppChanges.Replace(body.RootElement, "", standing, around, problems);
            if (problems.Any || change is null)
                throw new ApiException(ErrorAnswer.Invalid(problems));
            spec = change.Spec;
            return new() { Apps = [change], Force = request.Query.Flag("force") };
        }

        if (request.Query.Flag("dryRun"))
            return await DryRuns.AnswerAsync(api, request, await MakeAsync());
        var result = await api.Writer.ChangeAsync(MakeAsync, set => ChangeReview.ReviewAsync(api, request, set));
        await api.PublishAsync(request.Http, spec!);
        return created
            ? MarathonApi.Accepted(result, StatusCodes.Status201Created, "/v2/apps" + id)
            : MarathonApi.Accepted(result);
    }

    private async Task<IResult> ChangeManyAsync(ApiRequest request, bool allowCreation)
    {
        using var body = await request.ReadJsonAsync();
        var partial = !allowCreation || request.Query.Flag("partialUpdate", whenAbsent: true);
        var bulk = new BulkChange(api, body.RootElement, partial, allowCreation, request.Query.Flag("force"));
        return request.Query.Flag("dryRun")
            ? await DryRuns.AnswerAsync(api, request, await bulk.MakeAsync())
            : MarathonApi.Accepted(await api.Writer.ChangeAsync(bulk.MakeAsync, set => ChangeReview.ReviewAsync(api, request, set)));
    }

    private async Task<IResult> RestartAsync(ApiRequest request)
    {
        var change = new AppChange { AppId = request.PathValue("id"), Kind = AppChangeKind.Restart };
        var set = new ChangeSet { Apps = [change], Force = request.Query.Flag("force") };
        return request.Query.Flag("dryRun") ? await DryRuns.AnswerAsync(api, request, set) : MarathonApi.Accepted(await api.Writer.ChangeAsync(set));
    }

    private async Task<IResult> RemoveAsync(ApiRequest request)
    {
        // Unlike every other change, this one takes the place of running deployments unless told not to.
        var change = new AppChange { AppId = request.PathValue("id"), Kind = AppChangeKind.Remove };
        var set = new ChangeSet { Apps = [change], Force = request.Query.Flag("force", whenAbsent: true) };
        return request.Query.Flag("dryRun") ? await DryRuns.AnswerAsync(api, request, set) : MarathonApi.Accepted(await api.Writer.ChangeAsync(set));
    }
}
