namespace Platform.Agent.Session;

/// <summary>How long to wait before dialing again. Pure.</summary>
internal static class SessionBackoff
{
    /// <summary>The first ceiling.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The last ceiling, as long as the control plane has not said how soon it gives agents up. 5 s.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>No ceiling is higher, however patient the control plane is. 30 s.</summary>
    public static readonly TimeSpan Highest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The last ceiling at a control plane that gives agents up after so long: a third of it, so that an agent comes back in time even if one
    /// dial fails, however long the control plane was away.
    /// </summary>
    public static TimeSpan LongestFor(TimeSpan unreachableAfter) => unreachableAfter / 3 < Highest ? unreachableAfter / 3 : Highest;

    /// <summary>
    /// How often a master is asked for a sign of life, and how long it may take: an agent whose master hangs notices it in time to dial another
    /// one before it is given up. At most 5 s and 15 s; at least 5 s to answer, for a master that is only busy.
    /// </summary>
    public static (TimeSpan Interval, TimeSpan Timeout) KeepAliveFor(TimeSpan unreachableAfter)
    {
        var seconds = unreachableAfter.TotalSeconds;
        return (TimeSpan.FromSeconds(Math.Clamp(seconds / 6, 0.5, 5)), TimeSpan.FromSeconds(Math.Clamp(seconds / 2, 5, 15)));
    }

    /// <summary>Full jitter: anything up to a ceiling that doubles from 1 s to the longest, so that thousands of agents do not dial at once.</summary>
    /// <param name="failures">Failures in a row, 1 or more.</param>
    /// <param name="random">0 to 1.</param>
    /// <param name="longest">The last ceiling.</param>
    public static TimeSpan Delay(int failures, double random, TimeSpan longest)
    {
        var ceiling = First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 10));
        return TimeSpan.FromSeconds(Math.Min(ceiling, longest.TotalSeconds) * random);
    }
}
