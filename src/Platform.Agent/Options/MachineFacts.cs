using Platform.Agent.Usage;
using Platform.Core;

namespace Platform.Agent.Options;

/// <summary>What this machine has.</summary>
/// <param name="Cpus">Processors that this process may use.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
/// <param name="DiskBytes">The size of the disk that the work directory is on.</param>
internal sealed record MachineFacts(int Cpus, long MemoryBytes, long DiskBytes)
{
    /// <summary>The ports that tasks get by default, as in Mesos.</summary>
    public const string DefaultPorts = "ports:[31000-32000]";

    /// <summary>Looks at the machine.</summary>
    /// <param name="workDirectory">A folder on the disk in question; it need not exist yet.</param>
    public static MachineFacts Detect(string workDirectory)
    {
        var folder = Path.GetFullPath(workDirectory);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
            folder = parent;
        return new MachineFacts(Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, UsageMeter.DiskSpace(folder).Total);
    }

    /// <summary>All processors; memory but 1 GB, or half if that is more; disk but 5 GB, or half if that is more (the rule of Mesos' agent).</summary>
    public Resources DefaultResources() => Resources.Parse($"cpus:{Cpus};mem:{Megabytes(MemoryBytes, 1)};disk:{Megabytes(DiskBytes, 5)};{DefaultPorts}");

    /// <summary>The default of one kind of resource, in text form; null if there is no default.</summary>
    public string? Default(string name) => name switch
    {
        ResourceNames.Cpus => $"cpus:{Cpus}",
        ResourceNames.Mem => $"mem:{Megabytes(MemoryBytes, 1)}",
        ResourceNames.Disk => $"disk:{Megabytes(DiskBytes, 5)}",
        ResourceNames.Ports => DefaultPorts,
        _ => null,
    };

    private static long Megabytes(long bytes, long reservedGigabytes) =>
        Math.Max(bytes - (reservedGigabytes * ByteSize.Gigabyte), bytes / 2) / ByteSize.Megabyte;
}
