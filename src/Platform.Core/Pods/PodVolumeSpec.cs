using Platform.Core.Apps;

namespace Platform.Core.Pods;

/// <summary>A volume of a pod: of at most one kind; without any it is a directory that lives as long as the instance and that its containers share.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PodVolumeSpec")]
public sealed record PodVolumeSpec
{
    /// <summary>The name, unique in the pod.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>A path on the agent, or one relative to the instance's own directory.</summary>
    [Id(1)] public string? Host { get; init; }

    /// <summary>The name of the pod's secret to write as a file.</summary>
    [Id(2)] public string? Secret { get; init; }

    /// <summary>A volume that outlives the instance's tasks.</summary>
    [Id(3)] public PersistentVolumeSpec? Persistent { get; init; }
}
