using System.Text.Json;
using Platform.Api.Marathon.Rendering;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Pods;

/// <summary>Writes one container of a pod.</summary>
internal static class PodContainerWriter
{
    public static void Write(Utf8JsonWriter writer, PodContainerSpec container)
    {
        writer.WriteStartObject();
        writer.WriteString("name", container.Name);
        if (container.Command is { } command)
        {
            writer.WriteStartObject("exec");
            WriteCommand(writer, command);
            if (container.OverrideEntrypoint is { } overrides)
                writer.WriteBoolean("overrideEntrypoint", overrides);
            writer.WriteEndObject();
        }
        WriteResources(writer, container.Cpus, container.Mem, container.Disk, container.Gpus);
        AppWriter.WriteLimits(writer, container.ResourceLimits);
        WriteEndpoints(writer, container);
        PodWriter.WriteRaw(writer, "linuxInfo", container.LinuxInfoJson);
        if (container.Image is { } image)
            WriteImage(writer, image);
        AppWriter.WriteVariables(writer, "environment", container.Env);
        writer.WriteOptional("user", container.User);
        if (container.HealthCheck is { } health)
            WriteCheck(writer, "healthCheck", health, isHealth: true);
        if (container.Check is { } check)
            WriteCheck(writer, "check", check, isHealth: false);
        WriteMounts(writer, container);
        AppWriter.WriteFetch(writer, "artifacts", container.Artifacts);
        writer.WriteMap("labels", container.Labels, omitEmpty: true);
        if (container.HasLifecycle)
        {
            writer.WriteStartObject("lifecycle");
            if (container.KillGracePeriodSeconds is { } grace)
                writer.WriteNumber("killGracePeriodSeconds", grace);
            writer.WriteEndObject();
        }
        if (container.Tty is { } tty)
            writer.WriteBoolean("tty", tty);
        WriteExtension(writer, container);
        writer.WriteEndObject();
    }

    public static void WriteResources(Utf8JsonWriter writer, double cpus, double mem, double disk, int gpus)
    {
        writer.WriteStartObject("resources");
        writer.WriteNumber("cpus", cpus);
        writer.WriteNumber("mem", mem);
        writer.WriteNumber("disk", disk);
        writer.WriteNumber("gpus", gpus);
        writer.WriteEndObject();
    }

    private static void WriteCommand(Utf8JsonWriter writer, CommandSpec command)
    {
        writer.WriteStartObject("command");
        writer.WriteOptional("shell", command.Shell);
        writer.WriteTexts("argv", command.Argv, omitEmpty: true);
        writer.WriteEndObject();
    }

    private static void WriteEndpoints(Utf8JsonWriter writer, PodContainerSpec container)
    {
        if (container.Endpoints.IsEmpty)
            return;
        writer.WriteStartArray("endpoints");
        foreach (var endpoint in container.Endpoints)
        {
            writer.WriteStartObject();
            writer.WriteString("name", endpoint.Name);
            if (endpoint.ContainerPort is { } containerPort)
                writer.WriteNumber("containerPort", containerPort);
            if (endpoint.HostPort is { } hostPort)
                writer.WriteNumber("hostPort", hostPort);
            writer.WriteTexts("protocol", endpoint.Protocols, omitEmpty: true);
            writer.WriteMap("labels", endpoint.Labels, omitEmpty: true);
            writer.WriteTexts("networkNames", endpoint.NetworkNames, omitEmpty: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteImage(Utf8JsonWriter writer, PodImageSpec image)
    {
        writer.WriteStartObject("image");
        writer.WriteString("kind", image.Kind);
        writer.WriteString("id", image.Id);
        if (image.PullConfigSecret is { } secret)
        {
            writer.WriteStartObject("pullConfig");
            writer.WriteString("secret", secret);
            writer.WriteEndObject();
        }
        if (image.ForcePull is { } force)
            writer.WriteBoolean("forcePull", force);
        writer.WriteMap("labels", image.Labels, omitEmpty: true);
        writer.WriteEndObject();
    }

    private static void WriteCheck(Utf8JsonWriter writer, string name, PodCheckSpec check, bool isHealth)
    {
        writer.WriteStartObject(name);
        switch (check.Kind)
        {
            case CheckKind.Command:
                writer.WriteStartObject("exec");
                WriteCommand(writer, check.Command!);
                break;
            case CheckKind.Tcp:
                writer.WriteStartObject("tcp");
                writer.WriteString("endpoint", check.Endpoint);
                break;
            default:
                writer.WriteStartObject("http");
                writer.WriteString("endpoint", check.Endpoint);
                writer.WriteOptional("path", check.Path);
                writer.WriteString("scheme", check.Kind == CheckKind.Https ? "HTTPS" : "HTTP");
                break;
        }
        writer.WriteEndObject();
        if (isHealth)
        {
            writer.WriteNumber("gracePeriodSeconds", check.GracePeriodSeconds);
            writer.WriteNumber("maxConsecutiveFailures", check.MaxConsecutiveFailures);
        }
        writer.WriteNumber("intervalSeconds", check.IntervalSeconds);
        writer.WriteNumber("timeoutSeconds", check.TimeoutSeconds);
        writer.WriteNumber("delaySeconds", check.DelaySeconds);
        writer.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter writer, PodContainerSpec container)
    {
        if (container.VolumeMounts.IsEmpty)
            return;
        writer.WriteStartArray("volumeMounts");
        foreach (var mount in container.VolumeMounts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", mount.Name);
            writer.WriteString("mountPath", mount.MountPath);
            writer.WriteBoolean("readOnly", mount.ReadOnly ?? false);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteExtension(Utf8JsonWriter writer, PodContainerSpec container)
    {
        if (container is { Role: PodContainerRole.Main, PreStop: null })
            return;
        writer.WriteStartObject("platform");
        if (container.Role != PodContainerRole.Main)
            writer.WriteString("role", container.Role == PodContainerRole.Init ? "init" : "sidecar");
        writer.WriteOptional("preStop", container.PreStop);
        writer.WriteEndObject();
    }
}
