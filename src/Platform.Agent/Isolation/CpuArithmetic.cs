namespace Platform.Agent.Isolation;

/// <summary>From cpus to the kernel's numbers.</summary>
internal static class CpuArithmetic
{
    /// <summary>The bandwidth period, microseconds (Mesos and the kernel's default).</summary>
    public const long PeriodMicroseconds = 100_000;

    /// <summary>Version 1 shares: 1024 for each cpu, at least 2 as the kernel asks (Mesos' CPU_SHARES_PER_CPU and MIN_CPU_SHARES).</summary>
    public static long Shares(double cpus) => Math.Max(2, (long)(cpus * 1024));

    /// <summary>Version 2 weight, 1 to 10000: 100 for each cpu, so that one cpu has the kernel's default weight.</summary>
    public static long Weight(double cpus) => Math.Clamp((long)Math.Round(cpus * 100), 1, 10_000);

    /// <summary>Microseconds of cpu time in each period, at least 1000 as the kernel asks.</summary>
    public static long Quota(double cpus) => Math.Max(1000, (long)(cpus * PeriodMicroseconds));
}
