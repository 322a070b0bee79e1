using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Marathon.Rendering;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Apps;

/// <summary>Says what a change would do: its steps, what differs, member by member, and who would run where.</summary>
internal static class DryRuns
{
    public static async Task<IResult> AnswerAsync(MarathonApi api, ApiRequest request, ChangeSet change)
    {
        await ChangeReview.ReviewAsync(api, request, change, isDryRun: true);
        return new JsonAnswer(await PlanAsync(api, change));
    }

    /// <summary>What writes the plan.</summary>
    /// <exception cref="ApiException">The change would be refused.</exception>
    public static async Task<Action<Utf8JsonWriter>> PlanAsync(MarathonApi api, ChangeSet change)
    {
        var standing = await api.Reader.Groups.GetAppsAsync(AppPath.Root) ?? default;
        var result = await api.Writer.ChangeAsync(change with { DryRun = true });
        var placements = await PlacementPreview.AskAsync(api, PlannedPorts.With(change, result), standing);
        return writer =>
        {
            writer.WriteStartObject();
            DeploymentWriter.WriteSteps(writer, result.Plan);
            WriteChanges(writer, change.Apps, standing, placements);
            writer.WriteEndObject();
        };
    }

    private static void WriteChanges(Utf8JsonWriter writer, ValueList<AppChange> changes, ValueMap<AppVersion> standing, IReadOnlyDictionary<string, PlacementPreview> placements)
    {
        writer.WriteStartArray("changes");
        foreach (var change in changes)
        {
            var before = standing.Find(change.AppId)?.Spec;
            var after = change.Kind == AppChangeKind.Put ? WithPorts(change.Spec!, before) : change.Kind == AppChangeKind.Restart ? before : null;
            var differences = new List<JsonDifference>();
            JsonDifference.Collect("", Json(before), Json(after), differences);
            var kind = change.Kind == AppChangeKind.Restart ? "restart"
                : before is null ? "create" : after is null ? "remove" : differences.Count == 0 ? "none" : "update";
            writer.WriteStartObject();
            writer.WriteString(change.IsPod ? "pod" : "app", change.AppId);
            writer.WriteString("change", kind);
            writer.WriteStartArray("fields");
            if (kind == "update")
            {
                foreach (var difference in differences)
                    difference.Write(writer);
            }
            writer.WriteEndArray();
            if (placements.TryGetValue(change.AppId, out var placement))
                placement.Write(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Ports that are left to us would be those that the app has; a number that is not chosen yet is no difference.</summary>
    private static AppSpec WithPorts(AppSpec spec, AppSpec? before) =>
        before is not null && ServicePorts.Of(before).Count >= ServicePorts.Of(spec).Count
            ? ServicePorts.Assign(spec, before, new HashSet<int>()) ?? spec
            : spec;

    private static JsonElement? Json(AppSpec? spec)
    {
        if (spec is null)
            return null;
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options))
        {
            writer.WriteStartObject();
            DefinitionWriter.WriteMembers(writer, spec);
            writer.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
