namespace Platform.Core.Pods;

/// <summary>Where a container sees a volume of its pod.</summary>
/// <param name="Name">The volume.</param>
/// <param name="MountPath">The path in the container.</param>
/// <param name="ReadOnly">No writing; null: not given, which means false.</param>
[GenerateSerializer, Immutable, Alias("Platform.PodVolumeMount")]
public sealed record PodVolumeMount(
    [property: Id(0)] string Name,
    [property: Id(1)] string MountPath,
    [property: Id(2)] bool? ReadOnly);
