namespace Platform.Core;

/// <summary>Where a disk resource comes from.</summary>
/// <param name="Type">Its kind, which decides whether it can be divided.</param>
/// <param name="Root">The directory or mount point on the agent; null when it is not fixed.</param>
/// <param name="Id">The identity of the storage, when the provider gave one.</param>
/// <param name="Profile">The storage profile, when it has one.</param>
[GenerateSerializer, Immutable, Alias("Platform.DiskSource")]
public sealed record DiskSource(
    [property: Id(0)] DiskSourceType Type,
    [property: Id(1)] string? Root = null,
    [property: Id(2)] string? Id = null,
    [property: Id(3)] string? Profile = null)
{
    /// <summary>True when the disk is given out whole or not at all.</summary>
    public bool IsIndivisible => Type is DiskSourceType.Mount or DiskSourceType.Block || (Type == DiskSourceType.Raw && Id is not null);

    /// <summary>Prints as Mesos does: <c>MOUNT:/mnt1</c>, <c>RAW(id,profile)</c>.</summary>
    public override string ToString() => Type switch
    {
        DiskSourceType.Path or DiskSourceType.Mount =>
            Type.ToString().ToUpperInvariant() + (Id is null && Profile is null ? "" : $"({Id},{Profile})") + (Root is null ? "" : $":{Root}"),
        _ => $"{Type.ToString().ToUpperInvariant()}({Id},{Profile})",
    };
}
