using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes an app's container.</summary>
internal static class ContainerWriter
{
    public static void Write(Utf8JsonWriter writer, ContainerSpec container, ValueList<NetworkSpec> networks)
    {
        writer.WriteStartObject("container");
        writer.WriteString("type", container.Type);
        if (container.Docker is not null)
            WriteDocker(writer, container.Docker, container.Type);
        if (container.LinuxInfoJson is not null)
        {
            writer.WritePropertyName("linuxInfo");
            writer.WriteRawValue(container.LinuxInfoJson);
        }
        // Always there: Marathon's own pages fail without it.
        writer.WriteStartArray("volumes");
        foreach (var volume in container.Volumes)
            WriteVolume(writer, volume);
        writer.WriteEndArray();
        if (!AppNetworks.IsHost(networks))
            NetworkWriter.WriteMappings(writer, container.PortMappings);
        writer.WriteEndObject();
    }

    private static void WriteDocker(Utf8JsonWriter writer, DockerSpec docker, string type)
    {
        writer.WriteStartObject("docker");
        writer.WriteBoolean("forcePullImage", docker.ForcePullImage);
        writer.WriteString("image", docker.Image);
        writer.WriteStartArray("parameters");
        foreach (var parameter in docker.Parameters)
        {
            writer.WriteStartObject();
            writer.WriteString("key", parameter.Key);
            writer.WriteString("value", parameter.Value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteBoolean("privileged", docker.Privileged);
        if (docker.PullConfigSecret is not null && type == "MESOS")
        {
            writer.WriteStartObject("pullConfig");
            writer.WriteString("secret", docker.PullConfigSecret);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteVolume(Utf8JsonWriter writer, AppVolume volume)
    {
        writer.WriteStartObject();
        writer.WriteString("containerPath", volume.ContainerPath);
        writer.WriteOptional("hostPath", volume.HostPath);
        writer.WriteOptional("mode", volume.Mode);
        writer.WriteOptional("secret", volume.Secret);
        if (volume.ExternalJson is not null)
        {
            writer.WritePropertyName("external");
            writer.WriteRawValue(volume.ExternalJson);
        }
        if (volume.Persistent is not null)
            WritePersistent(writer, volume.Persistent);
        writer.WriteEndObject();
    }

    public static void WritePersistent(Utf8JsonWriter writer, PersistentVolumeSpec persistent)
    {
        writer.WriteStartObject("persistent");
        writer.WriteString("type", persistent.Type);
        writer.WriteNumber("size", persistent.Size);
        if (persistent.MaxSize is { } maxSize)
            writer.WriteNumber("maxSize", maxSize);
        writer.WriteOptional("profileName", persistent.ProfileName);
        writer.WriteStartArray("constraints");
        foreach (var constraint in persistent.Constraints)
            AppWriter.WriteConstraint(writer, constraint);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
