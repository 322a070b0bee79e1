using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Apps;

/// <summary>An array of definitions or updates, made into one change.</summary>
internal sealed class BulkChange(MarathonApi api, JsonElement body, bool partial, bool allowCreation, bool force)
{
    public async Task<ChangeSet> MakeAsync()
    {
        var problems = new JsonProblems();
        if (body.ValueKind != JsonValueKind.Array)
        {
            problems.Shape("", "error.expected.jsarray");
            throw new ApiException(ErrorAnswer.Invalid(problems));
        }
        var around = await api.SurroundingsAsync(body);
        var standing = await api.Reader.Groups.GetAppsAsync(Core.Apps.AppPath.Root) ?? default;
        var changes = new Dictionary<string, AppChange>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in body.EnumerateArray())
        {
            var path = $"({index++})";
            if (AppChanges.IdOf(item) is not { } id)
            {
                problems.Shape(path + "/id", "error.path.missing");
                continue;
            }
            var change = await MakeAsync(item, path, id, standing.Find(id) is { Spec.Pod: null } app ? app : null, changes.GetValueOrDefault(id), around, problems);
            if (change is not null)
                changes[id] = change;
        }
        if (problems.Any)
            throw new ApiException(ErrorAnswer.Invalid(problems));
        return new() { Apps = changes.Values.ToValueList(), Force = force };
    }

    /// <summary>An app that the array names twice is changed by both, in order.</summary>
    private async Task<AppChange?> MakeAsync(
        JsonElement item, string path, string id, AppVersion? standing, AppChange? earlier, Surroundings around, JsonProblems problems)
    {
        var current = earlier is null ? standing
            : new AppVersion { Spec = earlier.Spec!, Version = standing?.Version ?? "", LastScalingAt = "", LastConfigChangeAt = "" };
        if (current is null)
        {
            return allowCreation
                ? AppChanges.Create(item, path, null, around, problems)
                : throw new ApiException(MarathonErrors.UnknownApp(id));
        }
        return partial
            ? await api.Changes.UpdateAsync(item, path, current, around, problems)
            : AppChanges.Replace(item, path, current, around, problems);
    }
}
