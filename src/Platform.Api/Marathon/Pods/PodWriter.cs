using System.Text.Json;
using Platform.Api.Marathon.Rendering;
using Platform.Core.Apps;
using Platform.Core.Pods;

namespace Platform.Api.Marathon.Pods;

/// <summary>Writes a pod's definition with the members that Marathon 1.11 wrote, present and absent as there.</summary>
internal static class PodWriter
{
    /// <summary>The definition as an object of its own.</summary>
    public static void Write(Utf8JsonWriter writer, AppVersion pod)
    {
        writer.WriteStartObject();
        WriteMembers(writer, pod);
        writer.WriteEndObject();
    }

    /// <summary>The members of the definition and its version.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, AppVersion pod)
    {
        WriteMembers(writer, pod.Spec);
        if (pod.Version.Length > 0)
            writer.WriteString("version", pod.Version);
    }

    public static void WriteMembers(Utf8JsonWriter writer, AppSpec app)
    {
        var pod = app.Pod!;
        writer.WriteString("id", app.Id);
        writer.WriteMap("labels", app.Labels, omitEmpty: true);
        writer.WriteOptional("user", app.User);
        AppWriter.WriteVariables(writer, "environment", app.Env);
        writer.WriteStartArray("containers");
        foreach (var container in pod.Containers)
            PodContainerWriter.Write(writer, container);
        writer.WriteEndArray();
        AppWriter.WriteSecrets(writer, app);
        WriteVolumes(writer, pod);
        if (!app.Networks.IsEmpty)
            NetworkWriter.WriteNetworks(writer, app.Networks);
        writer.WriteStartObject("scaling");
        writer.WriteString("kind", "fixed");
        writer.WriteNumber("instances", app.Instances);
        writer.WriteEndObject();
        WriteScheduling(writer, app);
        AppWriter.WriteExecutor(writer, app);
        writer.WriteString("role", app.Role);
        WriteRaw(writer, "linuxInfo", pod.LinuxInfoJson);
        if (pod.LegacySharedCgroups)
            writer.WriteBoolean("legacySharedCgroups", true);
        if (app.Extension is not null)
            ExtensionWriter.Write(writer, app.Extension);
    }

    public static void WriteRaw(Utf8JsonWriter writer, string name, string? json)
    {
        if (json is null)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(json);
    }

    private static void WriteVolumes(Utf8JsonWriter writer, PodSpec pod)
    {
        if (pod.Volumes.IsEmpty)
            return;
        writer.WriteStartArray("volumes");
        foreach (var volume in pod.Volumes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", volume.Name);
            writer.WriteOptional("host", volume.Host);
            writer.WriteOptional("secret", volume.Secret);
            if (volume.Persistent is not null)
                ContainerWriter.WritePersistent(writer, volume.Persistent);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteScheduling(Utf8JsonWriter writer, AppSpec app)
    {
        writer.WriteStartObject("scheduling");
        writer.WriteStartObject("backoff");
        writer.WriteNumber("backoff", app.BackoffSeconds);
        writer.WriteNumber("backoffFactor", app.BackoffFactor);
        writer.WriteNumber("maxLaunchDelay", app.MaxLaunchDelaySeconds);
        writer.WriteEndObject();
        writer.WriteStartObject("upgrade");
        AppWriter.WriteUpgrade(writer, app);
        writer.WriteEndObject();
        writer.WriteStartObject("placement");
        if (!app.Constraints.IsEmpty)
        {
            writer.WriteStartArray("constraints");
            foreach (var constraint in app.Constraints)
            {
                writer.WriteStartObject();
                writer.WriteString("fieldName", constraint.Field);
                writer.WriteString("operator", constraint.Operator);
                writer.WriteOptional("value", constraint.Value);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteTexts("acceptedResourceRoles", app.AcceptedResourceRoles, omitEmpty: true);
        writer.WriteEndObject();
        AppWriter.WriteKillSelection(writer, app);
        AppWriter.WriteUnreachable(writer, app.UnreachableStrategy);
        writer.WriteEndObject();
    }
}
