using Microsoft.AspNetCore.Http;
using Platform.Api.Http;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/apps/{id}/promote</c>: goes on with a canary rollout by hand.</summary>
internal sealed class RolloutEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api) => routes.Post("/v2/apps/{id+}/promote", new RolloutEndpoints(api).PromoteAsync);

    private async Task<IResult> PromoteAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        if (await api.Reader.FindAsync(id) is not { } app)
            return MarathonErrors.UnknownApp(id);
        if (!await api.Reader.App(id).PromoteAsync())
            return ErrorAnswer.Conflict($"App '{id}' has no canary rollout that could be promoted.");
        return Promoted("app", app);
    }

    /// <param name="name">What it is: app or pod.</param>
    /// <param name="app">Whose rollout goes on.</param>
    public static IResult Promoted(string name, AppView app) => new JsonAnswer(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(name, app.Definition.Spec.Id);
        writer.WriteString("deploymentId", app.DeploymentId ?? "");
        writer.WriteEndObject();
    });
}
