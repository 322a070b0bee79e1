using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;
using DockerNetwork = Platform.Mesos.Wire.ContainerInfo.Types.DockerInfo.Types.Network;

namespace Platform.Api.Mesos.Mapping;

/// <summary>The image that a task runs in. Both of Mesos' containerizers are the agent's one for images; how commands and folders are read differs, as it does in Mesos.</summary>
internal static class ImageMapping
{
    /// <summary>The engine's network without a way out.</summary>
    private const string NoNetwork = "none";

    /// <summary>The image; null: it has none.</summary>
    public static ContainerImage? Of(Wire.ContainerInfo? container, Wire.CommandInfo command)
    {
        var image = container?.Docker is { } docker ? Of(container, docker)
            : container?.Mesos?.Image?.Docker is { } other ? Of(container, container.Mesos.Image, other, command)
            : null;
        return image is null ? null : image with
        {
            Unconfined = container!.LinuxInfo?.Seccomp?.Unconfined == true,
            SharesIpc = container.LinuxInfo?.IpcMode == Wire.LinuxInfo.Types.IpcMode.ShareParent,
            SharedMemory = container.LinuxInfo is { HasShmSize: true } linux ? linux.ShmSize : null,
        };
    }

    /// <summary>The command where Mesos' Docker containerizer reads it otherwise: all arguments are for the image, and none is the program's name. Null: it is as always.</summary>
    public static CommandSpec? CommandOf(Wire.ContainerInfo? container, Wire.CommandInfo command) => container?.Docker is null || command.Shell ? null : new()
    {
        Argv = command.HasValue ? [command.Value, .. command.Arguments] : [.. command.Arguments],
        User = command.HasUser ? command.User : null,
    };

    private static ContainerImage Of(Wire.ContainerInfo container, Wire.ContainerInfo.Types.DockerInfo docker)
    {
        var options = docker.Parameters.Select(parameter => new ContainerOption(parameter.Key, parameter.Value));
        return new()
        {
            Containerizer = Containerizers.Docker,
            Reference = docker.Image,
            ForcePull = docker.ForcePullImage,
            Privileged = docker.Privileged,
            Options = (container.HasHostname ? options.Prepend(new("hostname", container.Hostname)) : options).ToValueList(),
            Network = docker.Network switch
            {
                DockerNetwork.Host => ContainerNetwork.Host,
                DockerNetwork.Bridge => ContainerNetwork.Bridge,
                _ => ContainerNetwork.Named,
            },
            NetworkName = docker.Network switch
            {
                DockerNetwork.None => NoNetwork,
                DockerNetwork.User => NameOf(container),
                _ => null,
            },
        };
    }

    // A value is the program in the place of the image's own; arguments alone are for that.
    private static ContainerImage Of(Wire.ContainerInfo container, Wire.Image image, Wire.Image.Types.Docker docker, Wire.CommandInfo command) => new()
    {
        Containerizer = Containerizers.Docker,
        Reference = docker.Name,
        ForcePull = !image.Cached,
        PullConfig = docker.Config?.Value is { } config ? new(config.Data.ToStringUtf8()) : null,
        Options = container.HasHostname ? [new("hostname", container.Hostname)] : default,
        ReplacesEntrypoint = !command.Shell && command.HasValue,
        StartsInSandbox = true,
        Network = NameOf(container) is null ? ContainerNetwork.Host : ContainerNetwork.Named,
        NetworkName = NameOf(container),
    };

    private static string? NameOf(Wire.ContainerInfo container) => container.NetworkInfos.FirstOrDefault(network => network.HasName)?.Name;
}
