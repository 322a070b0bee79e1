using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Apps;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Pods;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Groups;

/// <summary>Reads a group with all that is in it, and checks it by Marathon's rules.</summary>
internal sealed class GroupReader(Surroundings around, ValueMap<AppVersion> standing, JsonProblems problems)
{
    private static readonly string[] Structural = ["id", "apps", "pods", "groups", "dependencies", "enforceRole"];

    /// <summary>Reads a group that is seen from another.</summary>
    /// <param name="json">What the client wrote.</param>
    /// <param name="at">Where it stands in the request.</param>
    /// <param name="within">The group that its id is seen from; its own path if it has no id and <paramref name="idRequired"/> is false.</param>
    /// <param name="idRequired">It must have an id, and be below <paramref name="within"/>.</param>
    /// <param name="topEnforces">What this very request says of the top-level group that it is in, or null.</param>
    public GroupDocument? Read(JsonElement json, string at, string within, bool idRequired, bool? topEnforces = null)
    {
        if (JsonObjectReader.Open(json, at, problems) is not { } group)
            return null;
        if (idRequired && !group.Require("id"))
            return null;
        var id = group.Text("id", 1);
        var path = id is null ? within : AppPath.Canonical(id, within);
        // Also the name that the request's own path gives.
        PathRules.CheckNames(path, group.At("id"), problems);
        if (idRequired && (path == within || !AppPath.IsWithin(path, within)))
            group.Rule("id", $"Identifier is not child of '{within}'");
        // A group that was read and is sent back names the version it was read at, and means what it says.
        var isReadBack = ReadsBack(group, path);
        if (!isReadBack)
            CheckAlone(group);

        var document = new GroupDocument
        {
            Path = path,
            ScaleBy = group.Number("scaleBy", 0),
            Version = isReadBack ? null : ReadVersion(group),
            EnforceRole = group.Flag("enforceRole"),
            Dependencies = group.Texts("dependencies", unique: true, minLength: 1)?.Select(d => AppPath.Canonical(d, path)).ToValueList(),
        };
        // The top-level group may be made by this very request.
        var enforced = path == AppPath.Root ? null : topEnforces ?? document.EnforceRole;
        document = document with
        {
            Apps = group.List("apps", (item, itemAt, _) => ReadApp(item, itemAt, path, enforced)),
            Pods = group.List("pods", (item, itemAt, _) => ReadPod(item, itemAt, path, enforced)),
            Groups = group.List("groups", (item, itemAt, _) => Read(item, itemAt, path, idRequired: true, enforced)),
        };
        if (document is { Apps: { } apps, Pods: { } pods })
        {
            foreach (var both in apps.Select(app => app.Id).Intersect(pods.Select(pod => pod.Id), StringComparer.Ordinal))
                problems.Rule(at, $"Applications and Pods may not share the same id: {both}");
        }
        if (document.EnforceRole == true && AppPath.Parent(path) != AppPath.Root || document.EnforceRole == true && path == AppPath.Root)
            group.Rule("enforceRole", $"enforceRole can only be set for top-level groups, and {path} is not top-level");
        return document;
    }

    /// <summary>Changing what the role of apps is and apps anywhere at the same time would leave it open which role they get.</summary>
    public void CheckEnforceRole(GroupDocument group) => CheckEnforceRole(group, "", group.ChangesApps);

    private void CheckEnforceRole(GroupDocument group, string at, bool changesApps)
    {
        if (changesApps && group.EnforceRole is { } wanted && around.Tree?.Groups.Find(group.Path) is { } stands && stands.EnforceRole != wanted)
            problems.Rule(at + "/enforceRole", "enforceRole cannot be modified in a request that adds, removes or modifies services; please make these changes in separate requests.");
        for (var i = 0; i < (group.Groups?.Count ?? 0); i++)
            CheckEnforceRole(group.Groups![i], $"{at}/groups({i})", changesApps);
    }

    private AppSpec? ReadApp(JsonElement json, string at, string group, bool? enforced)
    {
        var spec = AppDefinitions.Create(json, at, null, ContextOf(json, group, enforced), problems);
        if (spec is not null)
            ExtensionRules.CheckCanary(spec, standing.Find(spec.Id)?.Spec, at + "/upgradeStrategy/canary", problems);
        return InGroup(spec, at, group);
    }

    /// <summary>A definition, or what GET tells of a pod in a group, which has the definition as its <c>spec</c>.</summary>
    private AppSpec? ReadPod(JsonElement json, string at, string group, bool? enforced)
    {
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("spec", out var definition))
            (json, at) = (definition, at + "/spec");
        var spec = PodDefinitions.Read(json, at, group, ContextOf(json, group, enforced), problems);
        if (spec is not null)
            ExtensionRules.CheckCanary(spec, standing.Find(spec.Id)?.Spec, at + "/scheduling/upgrade/canary", problems);
        if (spec is not null && standing.Find(spec.Id) is { } stands)
            ResidentPodRules.CheckUpdate(stands.Spec, spec, at, problems);
        return InGroup(spec, at, group);
    }

    private AppDefinitionContext ContextOf(JsonElement json, string group, bool? enforced)
    {
        var id = AppChanges.IdOf(json, group) ?? group;
        return enforced is { } enforce && AppPath.TopLevelGroup(id) is { } top
            ? RoleRules.For(top, enforce, standing.Find(id), around, group)
            : RoleRules.For(id, standing.Find(id), around, group);
    }

    private AppSpec? InGroup(AppSpec? spec, string at, string group)
    {
        if (spec is null || AppPath.Parent(spec.Id) == group)
            return spec;
        problems.Rule(at + "/id", $"Identifier is not child of '{group}'");
        return null;
    }

    private bool ReadsBack(JsonObjectReader group, string path) =>
        Structural.Any(name => name != "id" && group.Has(name)) && group.TryGet("version", out var version) && version.ValueKind == JsonValueKind.String
        && Timestamps.Normalize(version.GetString()!) is { } read && read == VersionOf(path);

    private string? VersionOf(string path) => path == AppPath.Root ? around.Tree?.Version : around.Tree?.Groups.Find(path)?.Version;

    private static string? ReadVersion(JsonObjectReader group)
    {
        if (group.Text("version") is not { } text)
            return null;
        if (Timestamps.Normalize(text) is { } version)
            return version;
        group.Problems.Shape(group.At("version"), "error.expected.date.isoformat", "an instant such as 2026-01-31T12:00:00.000Z");
        return null;
    }

    private static void CheckAlone(JsonObjectReader group)
    {
        foreach (var name in (string[])["version", "scaleBy"])
        {
            var other = name == "version" ? "scaleBy" : "version";
            if (group.Has(name) && (group.Has(other) || Structural.Any(s => group.Has(s))))
                group.Rule(name, "not allowed in conjunction with other properties.");
        }
    }
}
