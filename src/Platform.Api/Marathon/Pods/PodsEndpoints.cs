using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Pods;

/// <summary><c>/v2/pods</c>: pods and their changes. What is below a pod follows its id after two colons, which is found by <see cref="PodAddress"/>.</summary>
internal sealed class PodsEndpoints
{
    private readonly MarathonApi _api;
    private readonly PodParts _parts;
    private readonly PodInstances _instances;

    private PodsEndpoints(MarathonApi api) => (_api, _parts, _instances) = (api, new(api), new(api));

    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var pods = new PodsEndpoints(api);
        routes.Get("/v2/pods", pods.ListAsync).Needs(Right.Filtered);
        routes.Post("/v2/pods", pods.CreateAsync).Needs(Right.OfBody);
        routes.Get("/v2/pods/{path+}", pods.GetAsync).Needs(Right.OnApp(AccessAction.Read, "path"));
        routes.Put("/v2/pods/{path+}", pods.UpdateAsync).Needs(Right.OfBody);
        routes.Post("/v2/pods/{path+}", pods.PostAsync).Needs(Right.OnApp(AccessAction.Update, "path"));
        routes.Delete("/v2/pods/{path+}", pods.DeleteAsync).Needs(Right.OnApp(AccessAction.Delete, "path"));
    }

    /// <summary>The id of an address.</summary>
    /// <exception cref="ApiException">422: it is none.</exception>
    public static string ValidId(PodAddress address)
    {
        var problems = new JsonProblems();
        PathRules.CheckApp(address.Id, "", problems);
        return problems.Any ? throw new ApiException(ErrorAnswer.Invalid(problems)) : address.Id;
    }

    // HEAD asks whether pods are known at all, and is answered as GET without its body.
    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var page = Page.From(request.Query);
        var definitions = await _api.Reader.Groups.GetAppsAsync(AppPath.Root) ?? default;
        var pods = definitions.Values.Where(definition => definition.Spec.Pod is not null && ClusterReader.Shows(definition.Spec.Id)).ToList();
        var shown = page.Of(pods, pod => pod.Spec.Id);
        return ListAnswer.Of(null, shown.Count, page.HeadersFor(pods.Count, shown.Count == 0 ? null : shown[^1].Spec.Id), FieldSelection.From(request.Query),
            (writer, i) => PodWriter.Write(writer, shown[i]),
            shown.Sum(pod => _api.Pieces.Definition(pod).Length));
    }

    private Task<IResult> GetAsync(ApiRequest request)
    {
        var address = PodAddress.Parse(request.Value("path"));
        return address switch
        {
            { Part: "status", Id: AppPath.Root, Item: null } => _parts.ListStatusesAsync(request),
            { Part: null } => _parts.ShowAsync(ValidId(address)),
            { Part: "status", Item: null } => _parts.ShowStatusAsync(ValidId(address)),
            { Part: "versions", Item: null } => _parts.ListVersionsAsync(ValidId(address)),
            { Part: "versions", Item: { } version } => _parts.ShowVersionAsync(ValidId(address), version),
            { Part: "pending", Item: null } => _parts.ShowPendingAsync(ValidId(address)),
            { Part: "failures", Item: null } => _parts.ListFailuresAsync(request, ValidId(address)),
            _ => NotAllowedAsync(request),
        };
    }

    private Task<IResult> PostAsync(ApiRequest request)
    {
        var address = PodAddress.Parse(request.Value("path"));
        return address switch
        {
            { Part: "restart", Item: null } => ChangeAsync(request, new() { AppId = ValidId(address), Kind = AppChangeKind.Restart, IsPod = true }),
            { Part: "promote", Item: null } => _parts.PromoteAsync(request, ValidId(address)),
            _ => NotAllowedAsync(request),
        };
    }

    private Task<IResult> DeleteAsync(ApiRequest request)
    {
        var address = PodAddress.Parse(request.Value("path"));
        return address switch
        {
            { Part: null } => RemoveAsync(request, ValidId(address)),
            { Part: "instances", Item: null } => _instances.KillManyAsync(request, ValidId(address)),
            { Part: "instances", Item: { } instance } => _instances.KillOneAsync(request, ValidId(address), instance),
            _ => NotAllowedAsync(request),
        };
    }

    private static Task<IResult> NotAllowedAsync(ApiRequest request)
    {
        request.Http.Response.Headers.Allow = PodAddress.Parse(request.Value("path")) switch
        {
            { Part: "instances" } => "DELETE",
            { Part: "restart" or "promote" } => "POST",
            { Part: null } => "DELETE, GET, PUT",
            _ => "GET",
        };
        return Task.FromResult<IResult>(new ErrorAnswer(StatusCodes.Status405MethodNotAllowed, "Method Not Allowed"));
    }

    private async Task<IResult> CreateAsync(ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var around = await _api.SurroundingsAsync(body.RootElement);
        var change = PodChanges.Put(body.RootElement, null, around, problems);
        if (problems.Any || change is null)
            return ErrorAnswer.Invalid(problems);
        var set = new ChangeSet { Apps = [change], Force = request.Query.Flag("force") };
        if (request.Query.Flag("dryRun"))
            return await DryRuns.AnswerAsync(_api, request, set);
        await ChangeReview.ReviewAsync(_api, request, set);
        var result = await _api.Writer.ChangeAsync(set);
        await _api.PublishPodAsync(request.Http, RequestedChange.Created);
        return await AcceptedAsync(change.AppId, change.Spec!, result, StatusCodes.Status201Created, "/v2/pods" + change.AppId);
    }

    private async Task<IResult> UpdateAsync(ApiRequest request)
    {
        var address = PodAddress.Parse(request.Value("path"));
        if (address.Part is not null)
            return await NotAllowedAsync(request);
        using var body = await request.ReadJsonAsync();
        var id = address.Id;
        AppSpec? spec = null;
        async Task<ChangeSet> MakeAsync()
        {
            var problems = new JsonProblems();
            var around = await _api.SurroundingsAsync(body.RootElement);
            var standing = await _api.Reader.FindPodDefinitionAsync(AppChanges.IdOf(body.RootElement) ?? id);
            var change = PodChanges.Put(body.RootElement, standing, around, problems);
            if (problems.Any || change is null)
                throw new ApiException(ErrorAnswer.Invalid(problems));
            if (change.AppId != id)
                throw new ApiException(ErrorAnswer.BadRequest($"'{id}' does not match definition's id ('{body.RootElement.GetProperty("id").GetString()}')"));
            spec = change.Spec;
            return new() { Apps = [change], Force = request.Query.Flag("force") };
        }

        if (request.Query.Flag("dryRun"))
            return await DryRuns.AnswerAsync(_api, request, await MakeAsync());
        var result = await _api.Writer.ChangeAsync(MakeAsync, set => ChangeReview.ReviewAsync(_api, request, set));
        await _api.PublishPodAsync(request.Http, RequestedChange.Updated);
        return await AcceptedAsync(id, spec!, result, StatusCodes.Status200OK, null);
    }

    private async Task<IResult> RemoveAsync(ApiRequest request, string id)
    {
        var set = new ChangeSet { Apps = [new() { AppId = id, Kind = AppChangeKind.Remove, IsPod = true }], Force = request.Query.Flag("force") };
        if (request.Query.Flag("dryRun"))
            return await DryRuns.AnswerAsync(_api, request, set);
        var result = await _api.Writer.ChangeAsync(set);
        await _api.PublishPodAsync(request.Http, RequestedChange.Deleted);
        // Clients take the deployment's id from the header only if there is no body.
        request.Http.Response.Headers[DeploymentWriter.Header] = result.DeploymentId;
        request.Http.Response.Headers.Location = "/v2/deployments/" + result.DeploymentId;
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private async Task<IResult> ChangeAsync(ApiRequest request, AppChange change)
    {
        var set = new ChangeSet { Apps = [change], Force = request.Query.Flag("force") };
        return request.Query.Flag("dryRun") ? await DryRuns.AnswerAsync(_api, request, set) : MarathonApi.Accepted(await _api.Writer.ChangeAsync(set));
    }

    private async Task<IResult> AcceptedAsync(string id, AppSpec spec, ChangeResult result, int status, string? location)
    {
        // Read back, because a definition that changes nothing keeps its version.
        var definition = await _api.Reader.FindPodDefinitionAsync(id)
            ?? new() { Spec = spec, Version = result.Version, LastScalingAt = result.Version, LastConfigChangeAt = result.Version };
        var headers = new Dictionary<string, string> { [DeploymentWriter.Header] = result.DeploymentId };
        if (location is not null)
            headers["Location"] = location;
        return new JsonAnswer(writer => PodWriter.Write(writer, definition)) { Status = status, Headers = headers };
    }
}
