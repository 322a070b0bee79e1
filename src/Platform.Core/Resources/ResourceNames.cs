namespace Platform.Core;

/// <summary>The resource names that the platform itself gives a meaning.</summary>
public static class ResourceNames
{
    /// <summary>Processor shares, in cores.</summary>
    public const string Cpus = "cpus";

    /// <summary>Graphics processors, whole devices.</summary>
    public const string Gpus = "gpus";

    /// <summary>Memory in MB.</summary>
    public const string Mem = "mem";

    /// <summary>Disk space in MB.</summary>
    public const string Disk = "disk";

    /// <summary>Port numbers, as ranges.</summary>
    public const string Ports = "ports";
}
