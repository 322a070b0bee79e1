using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Contracts.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes an app with what is known of its instances.</summary>
internal sealed class AppInfoWriter(RenderedPieces pieces, TimeProvider time)
{
    public void Write(Utf8JsonWriter writer, AppView app, AppEmbed embed)
    {
        var instances = app.Status?.Instances ?? default;
        writer.WriteStartObject();
        RenderedPieces.Put(writer, pieces.Definition(app.Definition));
        if (embed.HasFlag(AppEmbed.Counts))
            TaskCounts.Of(instances).WriteForApp(writer);
        if (embed.HasFlag(AppEmbed.Counts) && app.Status?.Measured is { } measured)
            WriteAutoscaling(writer, measured, app.Status.Autoscaled);
        if (embed.HasFlag(AppEmbed.Counts) && app.Status?.Canary is { } canary)
            WriteCanary(writer, canary);
        if (embed.HasFlag(AppEmbed.Deployments))
        {
            writer.WriteStartArray("deployments");
            if (app.DeploymentId is not null)
            {
                writer.WriteStartObject();
                writer.WriteString("id", app.DeploymentId);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        if (embed.HasFlag(AppEmbed.Tasks))
        {
            writer.WriteStartArray("tasks");
            if (app.Status is not null)
                RenderedPieces.Put(writer, pieces.Tasks(app.Status));
            writer.WriteEndArray();
        }
        if (embed.HasFlag(AppEmbed.Readiness))
            WriteReadiness(writer, instances);
        if (embed.HasFlag(AppEmbed.LastTaskFailure) && LastFailure(app.Status) is { } failure)
        {
            writer.WriteStartObject("lastTaskFailure");
            TaskWriter.WriteFailure(writer, app.Definition.Spec.Id, failure);
            writer.WriteEndObject();
        }
        if (embed.HasFlag(AppEmbed.TaskStats))
            TaskStatsWriter.Write(writer, app, time.GetUtcNow());
        writer.WriteEndObject();
    }

    /// <summary>About how long the answer will be, bytes.</summary>
    public int Estimate(AppView app, AppEmbed embed) =>
        pieces.Definition(app.Definition).Length + 200
        + (embed.HasFlag(AppEmbed.Tasks) && app.Status is not null ? pieces.Tasks(app.Status).Length : 0);

    // Marathon's clients pass it over, and so does a definition that is sent back with it.
    private static void WriteAutoscaling(Utf8JsonWriter writer, AutoscalingStatus measured, AutoscalingStatus? changed)
    {
        writer.WriteStartObject("autoscaling");
        writer.WriteNumber("instances", measured.Instances);
        writer.WriteString("measuredAt", measured.At);
        writer.WriteString("arithmetic", measured.Arithmetic);
        if (changed is not null)
        {
            writer.WriteStartObject("lastChange");
            writer.WriteNumber("from", changed.Before);
            writer.WriteNumber("to", changed.Instances);
            writer.WriteString("at", changed.At);
            writer.WriteString("arithmetic", changed.Arithmetic);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>The step that a rollout is at, and whether it waits for a promotion.</summary>
    public static void WriteCanary(Utf8JsonWriter writer, CanaryStatus canary)
    {
        writer.WriteStartObject("canary");
        writer.WriteNumber("step", canary.Step);
        writer.WriteNumber("steps", canary.Steps);
        if (canary.HealthySince is { } since)
            writer.WriteString("healthySince", Timestamps.Of(since));
        if (canary.PromotedAt is { } promoted)
            writer.WriteString("promotedAt", Timestamps.Of(promoted));
        writer.WriteBoolean("waitsForPromotion", canary is { HealthySince: not null, PromotedAt: null });
        writer.WriteEndObject();
    }

    /// <summary>What a readiness check last said of each instance.</summary>
    public static void WriteReadiness(Utf8JsonWriter writer, IEnumerable<InstanceStatus> instances)
    {
        writer.WriteStartArray("readinessCheckResults");
        foreach (var instance in instances)
        {
            foreach (var check in instance.LastStatus?.Checks ?? default)
            {
                if (check.Purpose != CheckPurpose.Readiness)
                    continue;
                writer.WriteStartObject();
                writer.WriteString("name", check.Name ?? "readinessCheck");
                writer.WriteString("taskId", instance.TaskId);
                writer.WriteBoolean("ready", check.Success);
                if (check.Body is not null)
                {
                    writer.WriteStartObject("lastResponse");
                    writer.WriteNumber("status", check.Status ?? 0);
                    writer.WriteString("contentType", check.ContentType ?? "");
                    writer.WriteString("body", check.Body);
                    writer.WriteEndObject();
                }
                writer.WriteEndObject();
            }
        }
        writer.WriteEndArray();
    }

    private static TaskFailure? LastFailure(AppStatus? app) => app?.Failures.FirstOrDefault(failure => failure.Status.IsFailure);
}
