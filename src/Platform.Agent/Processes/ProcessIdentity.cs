using System.Globalization;

namespace Platform.Agent.Processes;

/// <summary>A process, told from a later one with the same id by the time at which it started.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTime">Field 22 of /proc/PID/stat, clock ticks since the machine started.</param>
internal readonly record struct ProcessIdentity(int Pid, long StartTime)
{
    // USER_HZ, which is 100 wherever Linux runs .NET.
    private const double TicksPerSecond = 100;

    /// <summary>True if this very process exists and is not a zombie.</summary>
    public bool IsAlive => ProcessTable.Read(Pid) is { State: not ('Z' or 'X') } entry && entry.StartTime == StartTime;

    /// <summary>How long ago it was started, to a hundredth of a second.</summary>
    public TimeSpan Age
    {
        get
        {
            // The first number of /proc/uptime: seconds since the machine started.
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            return TimeSpan.FromSeconds(Math.Max(0, uptime - (StartTime / TicksPerSecond)));
        }
    }
}
