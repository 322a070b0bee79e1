namespace Platform.Core.Placement;

/// <summary>A disk of an agent besides that of its work directory.</summary>
/// <param name="Root">Where it is mounted, or the directory that stands for it.</param>
/// <param name="Size">MB. What of it frameworks have made volumes of is not counted.</param>
/// <param name="Kind"><see cref="VolumeKind.Mount"/>: used whole or not at all. <see cref="VolumeKind.Path"/>: several volumes share it.</param>
/// <param name="Role">The role that it is reserved to; <c>*</c> for none. A disk that is reserved in parts is given once for each part.</param>
/// <param name="Profile">Its storage profile, or null.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentDisk")]
public sealed record AgentDisk(
    [property: Id(0)] string Root,
    [property: Id(1)] decimal Size,
    [property: Id(2)] VolumeKind Kind = VolumeKind.Mount,
    [property: Id(3)] string Role = "*",
    [property: Id(4)] string? Profile = null);
