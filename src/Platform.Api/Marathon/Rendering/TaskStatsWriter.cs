using System.Text.Json;
using Platform.Contracts.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes an app's task statistics by version. A group without instances is left out.</summary>
internal static class TaskStatsWriter
{
    public static void Write(Utf8JsonWriter writer, AppView app, DateTimeOffset now)
    {
        var instances = ((IEnumerable<InstanceStatus>)(app.Status?.Instances ?? default)).ToList();
        var (scaling, config) = (app.Definition.LastScalingAt, app.Definition.LastConfigChangeAt);
        writer.WriteStartObject("taskStats");
        Write(writer, "startedAfterLastScaling", instances.FindAll(i => IsAtLeast(i.Version, scaling)), now);
        Write(writer, "withLatestConfig", instances.FindAll(i => IsAtLeast(i.Version, config)), now);
        Write(writer, "withOutdatedConfig", instances.FindAll(i => !IsAtLeast(i.Version, config)), now);
        Write(writer, "totalSummary", instances, now);
        writer.WriteEndObject();
    }

    // Versions are instants in one form, so that their texts sort as they do.
    private static bool IsAtLeast(string version, string other) => string.CompareOrdinal(version, other) >= 0;

    private static void Write(Utf8JsonWriter writer, string name, List<InstanceStatus> instances, DateTimeOffset now)
    {
        if (instances.Count == 0)
            return;
        writer.WriteStartObject(name);
        writer.WriteStartObject("stats");
        TaskCounts.Of(instances).Write(writer);
        var ages = instances.Where(i => i.StartedAt is not null).Select(i => (now - i.StartedAt!.Value).TotalSeconds).Order().ToList();
        if (ages.Count > 0)
        {
            writer.WriteStartObject("lifeTime");
            writer.WriteNumber("averageSeconds", Math.Round(ages.Average(), 3));
            writer.WriteNumber("medianSeconds", Math.Round((ages[(ages.Count - 1) / 2] + ages[ages.Count / 2]) / 2, 3));
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
