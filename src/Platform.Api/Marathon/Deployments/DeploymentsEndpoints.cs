using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Groups;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Deployments;

/// <summary><c>/v2/deployments</c>: what is being carried out.</summary>
internal sealed class DeploymentsEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var deployments = new DeploymentsEndpoints(api);
        routes.Get("/v2/deployments", deployments.ListAsync).Needs(Right.Filtered);
        routes.Delete("/v2/deployments/{id}", deployments.CancelAsync).Needs(Right.OfDeployment);
        routes.Post("/v2/deployments/{id}/pause", deployments.PauseAsync).Needs(Right.OfDeployment);
        routes.Post("/v2/deployments/{id}/resume", deployments.ResumeAsync).Needs(Right.OfDeployment);
    }

    private IDeploymentGrain Deployment(string id) => api.Grains.GetGrain<IDeploymentGrain>(id);

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var ids = await api.Reader.Groups.GetDeploymentsAsync();
        var deployments = (await Task.WhenAll(ids.Select(FindAsync))).OfType<DeploymentStatus>()
            .Where(deployment => AppsOf(deployment).All(ClusterReader.Shows)).ToList();
        var running = deployments.SelectMany(DeploymentInfoWriter.CurrentApps).Distinct(StringComparer.Ordinal).ToList();
        var statuses = await Task.WhenAll(running.Select(app => api.Reader.App(app).ReadAsync()));
        var byApp = running.Zip(statuses).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartArray();
            foreach (var deployment in deployments)
                DeploymentInfoWriter.Write(writer, deployment, byApp);
            writer.WriteEndArray();
        });
    }

    // One that the tree holds is shown also before it has begun.
    private async Task<DeploymentStatus?> FindAsync(string id) =>
        await Deployment(id).GetStatusAsync() is { } status ? status
        : await api.Reader.Groups.GetDeploymentAsync(id) is { } start ? new() { Id = id, Start = start, CurrentStep = 1 }
        : null;

    private async Task<IResult> CancelAsync(ApiRequest request)
    {
        var (id, force) = (request.Value("id"), request.Query.Flag("force"));
        await DemandAsync(request);
        if (await api.Reader.Groups.CancelAsync(id, force) is not { } result)
            return MarathonErrors.UnknownDeployment(id);
        if (result.Outcome != ChangeOutcome.Accepted)
            return ErrorAnswer.Conflict($"The way back is not possible: {string.Join("; ", (IEnumerable<string>)result.Problems)}");
        return force ? Results.StatusCode(StatusCodes.Status202Accepted) : MarathonApi.Accepted(result);
    }

    private async Task<IResult> PauseAsync(ApiRequest request)
    {
        await DemandAsync(request);
        return await Deployment(request.Value("id")).PauseAsync() ? Done(request) : MarathonErrors.UnknownDeployment(request.Value("id"));
    }

    private async Task<IResult> ResumeAsync(ApiRequest request)
    {
        await DemandAsync(request);
        return await Deployment(request.Value("id")).ResumeAsync() ? Done(request) : MarathonErrors.UnknownDeployment(request.Value("id"));
    }

    private async Task DemandAsync(ApiRequest request) => Demand(request.Access, await FindAsync(request.Value("id")));

    /// <summary>Whoever stops a deployment changes all of its apps.</summary>
    /// <exception cref="ApiException">401 or 403.</exception>
    public static void Demand(Access access, DeploymentStatus? deployment)
    {
        if (deployment is null)
            return;
        foreach (var app in AppsOf(deployment))
            access.Demand(AccessAction.Update, ResourceId.Service(app));
        foreach (var group in deployment.Start.OriginalGroups.Keys)
            access.Demand(AccessAction.Update, ResourceId.Service(group));
    }

    private static IEnumerable<string> AppsOf(DeploymentStatus deployment) =>
        deployment.Start.Plan.Steps.SelectMany(step => step.Actions).Select(action => action.AppId).Distinct(StringComparer.Ordinal);

    private static JsonAnswer Done(ApiRequest request) => new(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("deploymentId", request.Value("id"));
        writer.WriteEndObject();
    });
}
