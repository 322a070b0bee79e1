namespace Platform.Core.Placement;

/// <summary>The names of the well-known resource kinds, as Mesos writes them.</summary>
public static class ResourceKinds
{
    /// <summary>Cores.</summary>
    public const string Cpus = "cpus";

    /// <summary>Memory in MB.</summary>
    public const string Mem = "mem";

    /// <summary>Disk in MB.</summary>
    public const string Disk = "disk";

    /// <summary>Whole devices.</summary>
    public const string Gpus = "gpus";

    /// <summary>TCP and UDP ports of the host.</summary>
    public const string Ports = "ports";
}
