namespace Platform.Agent.Processes;

/// <summary>A process, told from a later one with the same id by the time at which it started.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTime">Field 22 of /proc/PID/stat, clock ticks since the machine started.</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    /// <summary>True if this very process exists and is not a zombie.</summary>
    public bool IsAlive => ProcessTable.Read(Pid) is { State: not ('Z' or 'X') } entry && entry.StartTime == StartTime;
}
