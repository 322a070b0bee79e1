namespace Platform.Agent.Session;

/// <summary>How long to wait before dialing again. Pure.</summary>
internal static class SessionBackoff
{
    /// <summary>The first ceiling.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The last ceiling.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Full jitter: anything up to a ceiling that doubles from 1 s to 30 s, so that thousands of agents do not dial at once.</summary>
    /// <param name="failures">Failures in a row, 1 or more.</param>
    /// <param name="random">0 to 1.</param>
    public static TimeSpan Delay(int failures, double random)
    {
        var ceiling = First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 10));
        return TimeSpan.FromSeconds(Math.Min(ceiling, Longest.TotalSeconds) * random);
    }
}
