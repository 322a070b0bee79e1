namespace Platform.Agent.Isolation;

/// <summary>The isolators of Mesos' agents that this one knows, by their names in <c>--isolation</c>.</summary>
internal static class IsolatorNames
{
    /// <summary>Read-only volumes and volumes at absolute paths.</summary>
    public const string Filesystem = "filesystem/linux";

    /// <summary>Capabilities.</summary>
    public const string Capabilities = "linux/capabilities";

    /// <summary>No more rights by executing a program.</summary>
    public const string NoNewPrivileges = "linux/nnp";

    /// <summary>The filter of system calls.</summary>
    public const string Seccomp = "linux/seccomp";

    /// <summary>System V memory of its own, for tasks that ask for it.</summary>
    public const string Ipc = "namespaces/ipc";

    /// <summary>A mount namespace for every task.</summary>
    public const string Mounts = "namespaces/mnt";

    /// <summary>A process namespace for every task that does not ask to share that of the machine.</summary>
    public const string Processes = "namespaces/pid";

    /// <summary>A user namespace for every task, in which root is nobody on the machine.</summary>
    public const string Users = "namespaces/user";

    /// <summary>Those that are turned on by their names.</summary>
    public static IReadOnlyList<string> Chosen { get; } = [Filesystem, Capabilities, NoNewPrivileges, Seccomp, Ipc, Mounts, Processes, Users];

    /// <summary>Those whose names change nothing: what they stand for is as the machine and other options have it, or is not there.</summary>
    public static IReadOnlyList<string> WithoutEffect { get; } =
    [
        "appc/runtime", "cgroups/all", "cgroups/blkio", "cgroups/cpu", "cgroups/cpuset", "cgroups/devices", "cgroups/hugetlb", "cgroups/mem", "cgroups/net_cls",
        "cgroups/net_prio", "cgroups/perf_event", "cgroups/pids", "disk/du", "disk/xfs", "docker/runtime", "docker/volume", "environment_secret", "filesystem/posix",
        "filesystem/shared", "gpu/nvidia", "linux/devices", "network/cni", "network/port_mapping", "network/ports", "posix/cpu", "posix/disk", "posix/mem",
        "posix/rlimits", "volume/csi", "volume/host_path", "volume/image", "volume/sandbox_path", "volume/secret", "xfs/disk",
    ];
}
