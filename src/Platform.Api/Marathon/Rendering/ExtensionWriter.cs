using System.Globalization;
using System.Text.Json;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes what Marathon does not have, as it was read: what has its default is left out.</summary>
internal static class ExtensionWriter
{
    public static void Write(Utf8JsonWriter writer, AppExtension extension)
    {
        // A canary is written with the upgrade strategy.
        if (extension with { Canary = null } == new AppExtension())
            return;
        writer.WriteStartObject("platform");
        if (extension.Priority != AppExtension.DefaultPriority)
            writer.WriteNumber("priority", extension.Priority);
        WritePreferences(writer, extension);
        writer.WriteOptional("placement", extension.Placement);
        writer.WriteTexts("tolerations", extension.Tolerations, omitEmpty: true);
        writer.WriteOptional("pool", extension.Pool);
        WriteFlag(writer, "system", extension.System);
        WriteFlag(writer, "gang", extension.Gang);
        if (extension.GangDeadlineSeconds is { } limit)
            writer.WriteNumber("gangDeadlineSeconds", limit);
        WriteFlag(writer, "revocable", extension.Revocable);
        WriteFlag(writer, "runOnce", extension.RunOnce);
        if (extension.DisruptionBudget is { } disruption)
            writer.WriteNumber("disruptionBudget", disruption);
        writer.WriteOptional("preStop", extension.PreStop);
        if (extension.DrainSeconds is { } drain)
            writer.WriteNumber("drainSeconds", drain);
        if (extension.ProgressDeadlineSeconds is { } deadline)
            writer.WriteNumber("progressDeadlineSeconds", deadline);
        if (extension.FailureBudget is { } failures)
            writer.WriteNumber("failureBudget", failures);
        if (extension.Autoscaling is { } autoscaling)
            WriteAutoscaling(writer, autoscaling);
        if (extension.Identity is { } identity)
        {
            writer.WriteStartObject("identity");
            writer.WriteTexts("audience", identity.Audience, omitEmpty: true);
            writer.WriteNumber("lifetimeSeconds", identity.LifetimeSeconds);
            writer.WriteEndObject();
        }
        if (extension.SecretChange is { } change)
        {
            writer.WriteStartObject("secretChange");
            writer.WriteString("mode", change.Mode == SecretChange.Signal ? "signal" : "restart");
            if (change.Mode == SecretChange.Signal)
                writer.WriteString("signal", change.Signal);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    public static void WriteCanary(Utf8JsonWriter writer, CanarySpec canary)
    {
        writer.WriteStartObject("canary");
        writer.WriteStartArray("steps");
        foreach (var step in canary.Steps)
        {
            if (int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                writer.WriteNumberValue(count);
            else
                writer.WriteStringValue(step);
        }
        writer.WriteEndArray();
        if (canary.PromoteAfterSeconds is { } seconds)
            writer.WriteNumber("promoteAfterSeconds", seconds);
        WriteFlag(writer, "blueGreen", canary.BlueGreen);
        if (!canary.Traffic.IsEmpty)
        {
            writer.WriteStartArray("traffic");
            foreach (var percent in canary.Traffic)
                writer.WriteNumberValue(percent);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WritePreferences(Utf8JsonWriter writer, AppExtension extension)
    {
        if (extension.Preferences.IsEmpty)
            return;
        writer.WriteStartArray("preferences");
        foreach (var preference in extension.Preferences)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", preference.Kind);
            writer.WriteString("target", preference.Target);
            writer.WriteOptional("value", preference.Value);
            writer.WriteNumber("weight", preference.Weight);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteAutoscaling(Utf8JsonWriter writer, AutoscalingSpec autoscaling)
    {
        writer.WriteStartObject("autoscaling");
        writer.WriteNumber("min", autoscaling.Min);
        writer.WriteNumber("max", autoscaling.Max);
        writer.WriteStartArray("targets");
        foreach (var target in autoscaling.Targets)
        {
            writer.WriteStartObject();
            writer.WriteString("metric", target.Metric);
            writer.WriteNumber("value", target.Value);
            writer.WriteString("path", target.Path);
            writer.WriteNumber("portIndex", target.PortIndex);
            if (target.App is not null)
                writer.WriteString("app", target.App);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNumber("scaleDownWindowSeconds", autoscaling.ScaleDownWindowSeconds);
        writer.WriteNumber("scaleUpWindowSeconds", autoscaling.ScaleUpWindowSeconds);
        writer.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
            writer.WriteBoolean(name, true);
    }
}
