using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A Docker image and how to run it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.DockerSpec")]
public sealed record DockerSpec
{
    /// <summary>The reference of the image.</summary>
    [Id(0)] public string Image { get; init; } = "";

    /// <summary>Pull even if the agent has it. Default false.</summary>
    [Id(1)] public bool ForcePullImage { get; init; }

    /// <summary>Extended privileges. Default false.</summary>
    [Id(2)] public bool Privileged { get; init; }

    /// <summary>Parameters of the docker command line.</summary>
    [Id(3)] public ValueList<DockerParameter> Parameters { get; init; }

    /// <summary>The name of the secret with the registry's credentials, or null.</summary>
    [Id(4)] public string? PullConfigSecret { get; init; }
}
