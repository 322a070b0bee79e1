using System.Text.Json;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>Makes the image of a definition into that of a task.</summary>
internal static class ContainerImages
{
    /// <summary>The image of an app; null: it has none.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="secrets">The values of its secrets.</param>
    public static ContainerImage? Of(AppSpec spec, ValueMap<string> secrets)
    {
        if (spec.Container is not { Docker: { Image.Length: > 0 } docker } container)
            return null;
        var image = new ContainerImage
        {
            Containerizer = Containerizers.Docker,
            Reference = docker.Image,
            ForcePull = docker.ForcePullImage,
            PullConfig = PullConfig(docker.PullConfigSecret, secrets),
            Privileged = docker.Privileged,
            Options = docker.Parameters.Select(parameter => new ContainerOption(parameter.Key, parameter.Value)).ToValueList(),
            StartsInSandbox = container.Type == "MESOS",
        };
        return WithLinux(WithNetwork(image, spec.Networks), container.LinuxInfoJson);
    }

    /// <summary>The image of a pod's container; null: it has none.</summary>
    /// <param name="spec">The definition of the pod.</param>
    /// <param name="container">The container.</param>
    /// <param name="secrets">The values of the pod's secrets.</param>
    public static ContainerImage? Of(AppSpec spec, PodContainerSpec container, ValueMap<string> secrets)
    {
        if (container.Image is not { } docker)
            return null;
        var image = new ContainerImage
        {
            Containerizer = Containerizers.Docker,
            Reference = docker.Id,
            ForcePull = docker.ForcePull ?? false,
            PullConfig = PullConfig(docker.PullConfigSecret, secrets),
            ReplacesEntrypoint = container.OverrideEntrypoint ?? false,
            StartsInSandbox = true,
        };
        return WithLinux(WithNetwork(image, spec.Networks), container.LinuxInfoJson);
    }

    private static SecretText? PullConfig(string? secret, ValueMap<string> secrets) =>
        secret is not null && secrets.Find(secret) is { } value ? new(value) : null;

    private static ContainerImage WithNetwork(ContainerImage image, ValueList<NetworkSpec> networks)
    {
        foreach (var network in networks)
        {
            if (network.Mode == NetworkMode.Bridge)
                return image with { Network = ContainerNetwork.Bridge };
            if (network.Mode == NetworkMode.Container)
                return image with { Network = ContainerNetwork.Named, NetworkName = network.Name };
        }
        return image;
    }

    // {"seccomp":{"unconfined":true},"ipcInfo":{"mode":"PRIVATE","shmSize":64}}: checked when it was read.
    private static ContainerImage WithLinux(ContainerImage image, string? json)
    {
        if (json is null)
            return image;
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.TryGetProperty("seccomp", out var seccomp) && seccomp.TryGetProperty("unconfined", out var unconfined))
            image = image with { Unconfined = unconfined.ValueKind == JsonValueKind.True };
        if (!document.RootElement.TryGetProperty("ipcInfo", out var ipc))
            return image;
        if (ipc.TryGetProperty("shmSize", out var size) && size.TryGetDouble(out var megabytes))
            image = image with { SharedMemory = megabytes };
        return ipc.TryGetProperty("mode", out var mode) && mode.ValueEquals("SHARE_PARENT") ? image with { SharesIpc = true } : image;
    }
}
