namespace Platform.Core.Placement;

/// <summary>A path or mount volume made ready to be compared with disks.</summary>
internal sealed class DiskRequest(VolumeRequest volume)
{
    private readonly long most = volume.MaxSize is { } max ? ScalarKinds.Thousandths(max) : long.MaxValue;
    private readonly StaticConstraint[] paths = volume.Paths.IsDefaultOrEmpty ? [] : [.. volume.Paths.Select(path => new StaticConstraint(path))];

    public VolumeRequest Volume { get; } = volume;

    public long Size { get; } = ScalarKinds.Thousandths(volume.Size);

    /// <summary>Whether the volume could be made on a disk of which so much is left.</summary>
    public bool Accepts(in DiskSlot disk, long left)
    {
        if (disk.Disk.Kind != Volume.Kind || left < Size || (disk.IsWhole && (left < disk.Size || disk.Size > most))) return false;
        if (Volume.Profile is not null && Volume.Profile != disk.Disk.Profile) return false;
        foreach (var path in paths)
            if (!path.Matches(disk.Disk.Root)) return false;
        return true;
    }
}
