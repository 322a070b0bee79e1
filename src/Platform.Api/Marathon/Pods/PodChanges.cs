using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Pods;

/// <summary>Makes the change of one pod out of what a client wrote and what stands.</summary>
internal static class PodChanges
{
    /// <param name="json">What the client wrote.</param>
    /// <param name="standing">The pod that stands, or null.</param>
    /// <param name="around">What it is read in.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>Null after a problem.</returns>
    public static AppChange? Put(JsonElement json, AppVersion? standing, Surroundings around, JsonProblems problems)
    {
        var id = AppChanges.IdOf(json) ?? AppPath.Root;
        var spec = PodDefinitions.Read(json, "", null, RoleRules.For(id, standing, around), problems);
        if (spec is null)
            return null;
        ExtensionRules.CheckCanary(spec, standing?.Spec, "/scheduling/upgrade/canary", problems);
        if (standing is not null)
            ResidentPodRules.CheckUpdate(standing.Spec, spec, "", problems);
        return new() { AppId = spec.Id, Kind = AppChangeKind.Put, Spec = spec, ExpectedVersion = standing?.Version ?? "", IsPod = true };
    }
}
