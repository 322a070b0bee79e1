using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Apps;

/// <summary><c>/v2/apps/{id}/versions</c>: the definitions that an app had.</summary>
internal sealed class AppVersionsEndpoints(MarathonApi api)
{
    public static void Map(ApiRouter routes, MarathonApi api)
    {
        var versions = new AppVersionsEndpoints(api);
        routes.Get("/v2/apps/{id+}/versions", versions.ListAsync).Needs(Right.OnApp(AccessAction.Read));
        routes.Get("/v2/apps/{id+}/versions/{version}", versions.ShowAsync).Needs(Right.OnApp(AccessAction.Read));
    }

    private async Task<IResult> ListAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        if (await api.Reader.FindDefinitionAsync(id) is not { } present)
            return MarathonErrors.UnknownApp(id);
        // The version that was accepted last may not have come to the app yet.
        var versions = (await api.Reader.App(id).GetVersionsAsync()).Append(present.Version)
            .Distinct(StringComparer.Ordinal).OrderDescending(StringComparer.Ordinal).ToList();
        return ListAnswer.Of("versions", versions.Count, null, null, (writer, i) => writer.WriteStringValue(versions[i]));
    }

    private async Task<IResult> ShowAsync(ApiRequest request)
    {
        var id = request.PathValue("id");
        var text = request.Value("version");
        if (Timestamps.Normalize(text) is not { } version)
            return Timestamps.Refuse(text);
        if (await api.Reader.FindDefinitionAsync(id) is not { } present)
            return MarathonErrors.UnknownApp(id, version);
        var definition = present.Version == version ? present : await api.Reader.App(id).GetVersionAsync(version);
        return definition is null
            ? MarathonErrors.UnknownApp(id, version)
            : new JsonAnswer(writer => AppWriter.Write(writer, definition));
    }
}
