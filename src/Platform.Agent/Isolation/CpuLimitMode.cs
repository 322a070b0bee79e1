namespace Platform.Agent.Isolation;

/// <summary>What a task's cpus mean on a busy machine.</summary>
public enum CpuLimitMode
{
    /// <summary>Its share when the machine is busy; it may use what others leave (Mesos' default).</summary>
    Shares,

    /// <summary>Also a hard limit: it never gets more (CFS bandwidth, periods of 100 ms).</summary>
    Quota,
}
