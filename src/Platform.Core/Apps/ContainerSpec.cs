using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>The container of an app.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ContainerSpec")]
public sealed record ContainerSpec
{
    /// <summary>MESOS or DOCKER. Default MESOS.</summary>
    [Id(0)] public string Type { get; init; } = "MESOS";

    /// <summary>The image, or null.</summary>
    [Id(1)] public DockerSpec? Docker { get; init; }

    /// <summary>Ports of a container network or bridge.</summary>
    [Id(2)] public ValueList<PortMapping> PortMappings { get; init; }

    /// <summary>Volumes.</summary>
    [Id(3)] public ValueList<AppVolume> Volumes { get; init; }

    /// <summary>Linux settings as given (a JSON object), see LinuxSettings; null: none.</summary>
    [Id(4)] public string? LinuxInfoJson { get; init; }
}
