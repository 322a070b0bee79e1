using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>A container as a client wrote it: deprecated fields included, and with the difference between "no port mappings" and "not said".</summary>
internal sealed record ContainerDocument
{
    public string Type { get; init; } = "DOCKER";

    public DockerSpec? Docker { get; init; }

    /// <summary>Deprecated: container.docker.network, one of BRIDGE, HOST, NONE, USER.</summary>
    public string? DockerNetwork { get; init; }

    /// <summary>Deprecated: container.docker.portMappings.</summary>
    public ValueList<PortMapping>? DockerPortMappings { get; init; }

    /// <summary>Deprecated and refused: container.docker.credential.</summary>
    public bool HasCredential { get; init; }

    public ValueList<PortMapping>? PortMappings { get; init; }

    public ValueList<AppVolume> Volumes { get; init; }

    public string? LinuxInfoJson { get; init; }

    public static ContainerDocument From(ContainerSpec container, bool isHost) => new()
    {
        Type = container.Type,
        Docker = container.Docker,
        PortMappings = isHost ? null : container.PortMappings,
        Volumes = container.Volumes,
        LinuxInfoJson = container.LinuxInfoJson,
    };
}
