using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Apps;

/// <summary>Makes the change of one app out of what a client wrote and what stands.</summary>
internal sealed class AppChanges(ClusterReader reader)
{
    /// <summary>A new app.</summary>
    /// <param name="json">What the client wrote.</param>
    /// <param name="path">Where it stands in the request.</param>
    /// <param name="id">The app's path if the address tells it.</param>
    /// <param name="around">What it is read in.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>Null after a problem.</returns>
    public static AppChange? Create(JsonElement json, string path, string? id, Surroundings around, JsonProblems problems)
    {
        var absolute = id ?? IdOf(json) ?? AppPath.Root;
        var spec = AppDefinitions.Create(json, path, id, RoleRules.For(absolute, null, around), problems);
        if (spec is null)
            return null;
        var before = problems.Items.Count;
        ExtensionRules.CheckCanary(spec, null, path + "/upgradeStrategy/canary", problems);
        return problems.Items.Count > before ? null : new() { AppId = spec.Id, Kind = AppChangeKind.Put, Spec = spec, ExpectedVersion = "" };
    }

    /// <summary>An app that stands gets a new definition as a whole.</summary>
    public static AppChange? Replace(JsonElement json, string path, AppVersion standing, Surroundings around, JsonProblems problems)
    {
        var spec = AppDefinitions.Create(json, path, standing.Spec.Id, RoleRules.For(standing.Spec.Id, standing, around), problems);
        return spec is null ? null : Put(spec, standing, path, problems);
    }

    /// <summary>An app that stands gets what the update says, or goes back to the version that it names.</summary>
    public async Task<AppChange?> UpdateAsync(JsonElement json, string path, AppVersion standing, Surroundings around, JsonProblems problems)
    {
        var before = problems.Items.Count;
        if (AppReader.Read(json, path, problems) is not { } update)
            return null;
        if (update.Version is { } version)
        {
            if (update.HasOnlyIdAndVersion)
                return await RollBackAsync(standing, version);
            // A definition that was read and is sent back names the version it was read at, and means it.
            if (version != standing.Version)
                problems.Rule(path, "The 'version' field may only be combined with the 'id' field.");
        }
        var spec = AppDefinitions.Update(update, path, standing.Spec, RoleRules.For(standing.Spec.Id, standing, around), problems, before);
        return spec is null ? null : Put(spec, standing, path, problems);
    }

    /// <summary>The absolute path in a definition, or null.</summary>
    public static string? IdOf(JsonElement json, string group = AppPath.Root) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
            ? AppPath.Canonical(id.GetString()!, group)
            : null;

    private async Task<AppChange> RollBackAsync(AppVersion standing, string version)
    {
        var id = standing.Spec.Id;
        var spec = version == standing.Version ? standing.Spec : (await reader.App(id).GetVersionAsync(version))?.Spec;
        return spec is null
            ? throw new ApiException(MarathonErrors.UnknownApp(id))
            : new() { AppId = id, Kind = AppChangeKind.Put, Spec = spec, ExpectedVersion = standing.Version };
    }

    private static AppChange? Put(AppSpec spec, AppVersion standing, string path, JsonProblems problems)
    {
        var before = problems.Items.Count;
        ResidentRules.CheckUpdate(standing.Spec, spec, path, problems);
        ExtensionRules.CheckCanary(spec, standing.Spec, path + "/upgradeStrategy/canary", problems);
        return problems.Items.Count > before
            ? null
            : new() { AppId = spec.Id, Kind = AppChangeKind.Put, Spec = spec, ExpectedVersion = standing.Version };
    }
}
