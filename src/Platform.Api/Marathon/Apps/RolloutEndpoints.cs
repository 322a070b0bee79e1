using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/apps/{id}/promote</c>: goes on with a canary rollout by hand.</summary>
internal sealed class RolloutEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api) => routes.Post("/v2/apps/{id+}/promote", new RolloutEndpoints(api).PromoteAsync).Needs(Right.OnApp(AccessAction.Update));

    private async Task<IResult> PromoteAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        if (await api.Reader.FindAsync(id) is not { } app)
            return MarathonErrors.UnknownApp(id);
        return Answer("app", app, await api.Reader.App(id).PromoteAsync(request.Query.Flag("force")));
    }

    /// <param name="name">What it is: app or pod.</param>
    /// <param name="app">Whose rollout goes on.</param>
    /// <param name="result">What became of it.</param>
    public static IResult Answer(string name, AppView app, PromotionResult result) => result switch
    {
        { Promoted: true } => Promoted(name, app),
        { Objection: { } objection } => ErrorAnswer.Conflict(
            $"The canary of {name} '{app.Definition.Spec.Id}' is not promoted: {objection}. Override with the option '?force=true'."),
        _ => ErrorAnswer.Conflict($"{(name == "app" ? "App" : "Pod")} '{app.Definition.Spec.Id}' has no canary rollout that could be promoted."),
    };

    private static JsonAnswer Promoted(string name, AppView app) => new(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString(name, app.Definition.Spec.Id);
        writer.WriteString("deploymentId", app.DeploymentId ?? "");
        writer.WriteEndObject();
    });
}
