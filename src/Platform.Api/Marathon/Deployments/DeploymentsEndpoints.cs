using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Contracts.Apps;

namespace Platform.Api.Marathon.Deployments;

/// <summary><c>/v2/deployments</c>: what is being carried out.</summary>
internal sealed class DeploymentsEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var deployments = new DeploymentsEndpoints(api);
        routes.Get("/v2/deployments", deployments.ListAsync);
        routes.Delete("/v2/deployments/{id}", deployments.CancelAsync);
        routes.Post("/v2/deployments/{id}/pause", deployments.PauseAsync);
        routes.Post("/v2/deployments/{id}/resume", deployments.ResumeAsync);
    }

    private IDeploymentGrain Deployment(string id) => api.Grains.GetGrain<IDeploymentGrain>(id);

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var ids = await api.Reader.Groups.GetDeploymentsAsync();
        var deployments = (await Task.WhenAll(ids.Select(id => Deployment(id).GetStatusAsync()))).OfType<DeploymentStatus>().ToList();
        var running = deployments.SelectMany(DeploymentInfoWriter.CurrentApps).Distinct(StringComparer.Ordinal).ToList();
        var statuses = await Task.WhenAll(running.Select(app => api.Reader.App(app).GetStatusAsync()));
        var byApp = running.Zip(statuses).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartArray();
            foreach (var deployment in deployments)
                DeploymentInfoWriter.Write(writer, deployment, byApp);
            writer.WriteEndArray();
        });
    }

    private async Task<IResult> CancelAsync(ApiRequest request)
    {
        var (id, force) = (request.Value("id"), request.Query.Flag("force"));
        if (await api.Reader.Groups.CancelAsync(id, force) is not { } result)
            return MarathonErrors.UnknownDeployment(id);
        if (result.Outcome != ChangeOutcome.Accepted)
            return ErrorAnswer.Conflict($"The way back is not possible: {string.Join("; ", (IEnumerable<string>)result.Problems)}");
        return force ? Results.StatusCode(StatusCodes.Status202Accepted) : MarathonApi.Accepted(result);
    }

    private async Task<IResult> PauseAsync(ApiRequest request) =>
        await Deployment(request.Value("id")).PauseAsync() ? Done(request) : MarathonErrors.UnknownDeployment(request.Value("id"));

    private async Task<IResult> ResumeAsync(ApiRequest request) =>
        await Deployment(request.Value("id")).ResumeAsync() ? Done(request) : MarathonErrors.UnknownDeployment(request.Value("id"));

    private static JsonAnswer Done(ApiRequest request) => new(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("deploymentId", request.Value("id"));
        writer.WriteEndObject();
    });
}
