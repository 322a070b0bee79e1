namespace Platform.Agent.Processes;

/// <summary>One line of the machine's process table, from /proc/PID/stat.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="State">R, S, D, Z and so on.</param>
/// <param name="Parent">The parent's id.</param>
/// <param name="Group">The process group.</param>
/// <param name="Session">The session.</param>
/// <param name="CpuTicks">User and system time of the process and of its children that it waited for, in clock ticks (100 per second).</param>
/// <param name="StartTime">Clock ticks since the machine started.</param>
/// <param name="ResidentPages">Resident memory in pages.</param>
internal readonly record struct ProcessEntry(int Pid, char State, int Parent, int Group, int Session, long CpuTicks, long StartTime, long ResidentPages)
{
    /// <summary>Reads the text of /proc/PID/stat. The name in parentheses may itself contain spaces and parentheses.</summary>
    public static ProcessEntry? Parse(ReadOnlySpan<char> stat)
    {
        var open = stat.IndexOf('(');
        var close = stat.LastIndexOf(')');
        if (open < 1 || close < open || !int.TryParse(stat[..open].Trim(), out var pid))
            return null;
        Span<Range> fields = stackalloc Range[24];
        var rest = stat[(close + 1)..].Trim();
        if (rest.Split(fields, ' ') < 22)
            return null;
        // Field 3 (state) is at index 0.
        return new ProcessEntry(
            pid, rest[fields[0]][0], int.Parse(rest[fields[1]]), int.Parse(rest[fields[2]]), int.Parse(rest[fields[3]]),
            long.Parse(rest[fields[11]]) + long.Parse(rest[fields[12]]) + long.Parse(rest[fields[13]]) + long.Parse(rest[fields[14]]),
            long.Parse(rest[fields[19]]), long.Parse(rest[fields[21]]));
    }
}
