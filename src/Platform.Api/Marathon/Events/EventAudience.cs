using System.Text.Json;
using Platform.Api.Events;
using Platform.Api.Security;
using Platform.Core.Apps;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Events;

/// <summary>Which events somebody may see: those of apps, groups and jobs that may be seen; others need the right to all events.</summary>
public sealed class EventAudience(Access access)
{
    private readonly bool _seesApps = access.Allows(AccessAction.Read, ResourceId.Service(AppPath.Root)) && access.Allows(AccessAction.Read, ResourceId.AllJobs);
    private readonly bool _seesOthers = access.Allows(AccessAction.Read, ResourceId.Administration("events"));

    /// <summary>Whether this one may be seen.</summary>
    public bool Sees(StreamedEvent happened)
    {
        if (_seesApps && _seesOthers)
            return true;
        using var document = JsonDocument.Parse(happened.Json);
        var subjects = SubjectsOf(document.RootElement).Distinct(StringComparer.Ordinal).ToList();
        return subjects.Count == 0 ? _seesOthers : subjects.TrueForAll(subject => access.Allows(AccessAction.Read, subject));
    }

    private static IEnumerable<string> SubjectsOf(JsonElement json)
    {
        foreach (var name in (string[])["appId", "runSpecId", "groupId", "podId"])
        {
            if (Text(json, name) is { } path)
                yield return ResourceId.Service(AppPath.Canonical(path));
        }
        if (json.TryGetProperty("appDefinition", out var definition) && Text(definition, "id") is { } id)
            yield return ResourceId.Service(AppPath.Canonical(id));
        if (Text(json, "jobId") is { } job)
            yield return ResourceId.Job(job);
        if (!json.TryGetProperty("plan", out var plan) || !plan.TryGetProperty("steps", out var steps) || steps.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var action in steps.EnumerateArray().SelectMany(step => step.TryGetProperty("actions", out var actions) ? actions.EnumerateArray().ToArray() : []))
        {
            if ((Text(action, "app") ?? Text(action, "pod")) is { } path)
                yield return ResourceId.Service(AppPath.Canonical(path));
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
