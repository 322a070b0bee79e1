using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>The capabilities of Linux by their names, capabilities(7), without <c>CAP_</c> as Mesos writes them.</summary>
public static class LinuxCapabilities
{
    private const string Prefix = "CAP_";

    // In the order of their numbers.
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN",
        "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
        "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    /// <summary>The capability with which file systems are mounted and namespaces made.</summary>
    public const string SystemAdministration = "SYS_ADMIN";

    /// <summary>The name as it is in <see cref="Names"/>, whatever its case and with or without <c>CAP_</c>; null: there is no such capability.</summary>
    public static string? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var name = text.Trim().ToUpperInvariant();
        if (name.StartsWith(Prefix, StringComparison.Ordinal))
            name = name[Prefix.Length..];
        return Array.IndexOf(Names, name) >= 0 ? name : null;
    }

    /// <summary>The set as the kernel has it: bit n is the capability of number n. Names that are none do not count.</summary>
    public static ulong Mask(ValueList<string> names)
    {
        var mask = 0UL;
        foreach (var name in names)
            mask |= Array.IndexOf(Names, name) is >= 0 and var number ? 1UL << number : 0;
        return mask;
    }

    /// <summary>The names of a set.</summary>
    public static ValueList<string> Of(ulong mask) => Names.Where((_, number) => (mask >> number & 1) != 0).ToValueList();
}
