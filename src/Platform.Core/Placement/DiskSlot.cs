namespace Platform.Core.Placement;

/// <summary>A disk of an agent, in thousandths of MB, and what is free of it. Below zero only after the disk has shrunk.</summary>
internal readonly record struct DiskSlot(AgentDisk Disk, long Size, long Free)
{
    public bool IsWhole => Disk.Kind == VolumeKind.Mount;

    public bool Is(string root, string role) => Disk.Root == root && Disk.Role == role;
}
