using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/apps/{id}/failures</c>: how the last instances of an app ended, newest first.</summary>
internal sealed class FailuresEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api) => routes.Get("/v2/apps/{id+}/failures", new FailuresEndpoints(api).ListAsync).Needs(Right.OnApp(AccessAction.Read));

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        if (await api.Reader.FindAsync(id) is not { } app)
            return MarathonErrors.UnknownApp(id);
        return Answer(request, app);
    }

    public static IResult Answer(ApiRequest request, AppView app)
    {
        var failures = app.Status?.Failures ?? default;
        return ListAnswer.Of("failures", failures.Count, null, FieldSelection.From(request.Query), (writer, i) =>
        {
            var status = failures[i].Status;
            writer.WriteStartObject();
            TaskWriter.WriteFailure(writer, app.Definition.Spec.Id, failures[i]);
            writer.WriteOptional("reason", status.Reason);
            if (status.ExitStatus is { } exit)
                writer.WriteNumber("exitStatus", exit);
            if (status.Signal is { } signal)
                writer.WriteNumber("signal", signal);
            writer.WriteOptional("stderr", status.StderrTail);
            writer.WriteOptional("sandbox", status.Sandbox);
            writer.WriteEndObject();
        });
    }
}
