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

    private static ContainerImage WithLinux(ContainerImage image, string? json) => LinuxSettings.Read(json) is { } linux
        ? image with { Unconfined = linux.Unconfined, SharedMemory = linux.SharedMemory, SharesIpc = linux.SharesIpc }
        : image;
}
