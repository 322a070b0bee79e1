namespace Platform.Core.Tasks;

/// <summary>The image that a task runs in.</summary>
[GenerateSerializer, Immutable]
public sealed record ContainerImage
{
    /// <summary>The containerizer that it needs, such as <c>docker</c>.</summary>
    [Id(0)] public required string Containerizer { get; init; }

    /// <summary>The reference of the image.</summary>
    [Id(1)] public required string Reference { get; init; }

    /// <summary>Pull even if the agent has it. Default false.</summary>
    [Id(2)] public bool ForcePull { get; init; }
}
