namespace Platform.Core;

/// <summary>How a persistent volume appears to the task that uses it.</summary>
/// <param name="ContainerPath">The path inside the sandbox or the container.</param>
/// <param name="HostPath">A path on the agent that is mounted instead; null for the volume's own directory.</param>
/// <param name="Mode"><c>RW</c> or <c>RO</c>; null when not said.</param>
[GenerateSerializer, Immutable, Alias("Platform.DiskVolume")]
public sealed record DiskVolume(
    [property: Id(0)] string ContainerPath,
    [property: Id(1)] string? HostPath = null,
    [property: Id(2)] string? Mode = null)
{
    /// <inheritdoc />
    public override string ToString() =>
        HostPath is null ? ContainerPath : $"{HostPath}:{ContainerPath}" + (Mode is null ? "" : $":{Mode.ToLowerInvariant()}");
}
