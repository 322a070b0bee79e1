namespace Platform.Core.Security;

/// <summary>How long tokens of tasks count, and when they are renewed.</summary>
public static class WorkloadTokens
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>The shortest. 10 seconds.</summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest. A day.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(1);

    /// <summary>How long a token counts, whatever was asked for.</summary>
    public static TimeSpan Lifetime(double askedSeconds) =>
        double.IsFinite(askedSeconds) ? TimeSpan.FromSeconds(Math.Clamp(askedSeconds, Shortest.TotalSeconds, Longest.TotalSeconds)) : Shortest;

    /// <summary>When a token is renewed: at half of its life, or a pause from now where that has passed and it could not be.</summary>
    /// <param name="issuedAt">When it was signed.</param>
    /// <param name="expiresAt">When it ends.</param>
    /// <param name="now">The instant.</param>
    /// <param name="failures">How often in a row it could not be renewed.</param>
    public static DateTimeOffset RenewalAt(DateTimeOffset issuedAt, DateTimeOffset expiresAt, DateTimeOffset now, int failures)
    {
        var half = issuedAt + ((expiresAt - issuedAt) / 2);
        if (failures == 0)
            return half > now ? half : now;
        // A tenth of its life, so that a short one is tried several times before its end.
        var pause = (expiresAt - issuedAt) / 10;
        return now + (pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause);
    }
}
