using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Pods;

/// <summary>From JSON to a valid, normalized definition of a pod, or to everything that is wrong with it.</summary>
internal static class PodDefinitions
{
    /// <param name="json">What the client wrote.</param>
    /// <param name="path">Where it stands in the request, for problems; "" is the whole.</param>
    /// <param name="group">The group that a relative id is seen from; null: the id must be absolute.</param>
    /// <param name="context">The surroundings.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>Null after a problem.</returns>
    public static AppSpec? Read(JsonElement json, string path, string? group, AppDefinitionContext context, JsonProblems problems)
    {
        var before = problems.Items.Count;
        if (JsonObjectReader.Open(json, path, problems) is not { } pod)
            return null;
        AppDefinitions.RequireId(json, path, problems);
        var id = pod.Text("id", 1);
        if (id is not null && group is null && !id.StartsWith('/'))
            pod.Rule("id", "Path needs to be absolute");
        // An id that could not be read would be called empty as well.
        var app = PodReader.Read(pod, id is null ? "/unknown" : AppPath.Canonical(id, group ?? AppPath.Root), context);
        PodRules.Check(app, path, context, problems);
        return problems.Items.Count == before ? app : null;
    }
}
