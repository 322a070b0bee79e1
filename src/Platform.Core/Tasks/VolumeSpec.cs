using Platform.Core.Placement;

namespace Platform.Core.Tasks;

/// <summary>A directory or file that a task sees besides its sandbox. Exactly one source is given.</summary>
[GenerateSerializer, Immutable, Alias("Platform.VolumeSpec")]
public sealed record VolumeSpec
{
    /// <summary>Where the task sees it: absolute, or relative to the sandbox.</summary>
    [Id(0)] public required string ContainerPath { get; init; }

    /// <summary>A path on the agent, or null.</summary>
    [Id(1)] public string? HostPath { get; init; }

    /// <summary>The id of a persistent volume on the agent, which outlives the task; or null.</summary>
    [Id(2)] public string? PersistentId { get; init; }

    /// <summary>The content of a secret file, written to memory-backed storage where there is any; or null.</summary>
    [Id(3)] public SecretText? Secret { get; init; }

    /// <summary>No writing. Default false.</summary>
    [Id(4)] public bool ReadOnly { get; init; }

    /// <summary>A directory, by its path relative to the one that the tasks of a group share as long as one of them is there; or null.</summary>
    [Id(5)] public string? GroupPath { get; init; }

    /// <summary>What the agent writes down of a persistent volume and reports; null when nothing more than its id is known.</summary>
    [Id(6)] public PersistentVolume? Persistent { get; init; }

    /// <summary>A volume of a driver, or null.</summary>
    [Id(7)] public ExternalVolume? External { get; init; }
}
