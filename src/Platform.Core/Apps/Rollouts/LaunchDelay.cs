namespace Platform.Core.Apps;

/// <summary>The pause before the next launch of a version that keeps ending (crash loop).</summary>
/// <remarks>
/// Marathon's rate limiter: the first failure or finish sets the app's backoff, each further one multiplies it by the factor, up to the
/// longest delay. A kill does not count. It is forgotten with a new version, by a reset, or once nothing ended and nothing was launched
/// for the longest delay (RateLimiter.cleanUpOverdueDelays and advanceDelay).
/// </remarks>
/// <param name="Seconds">The delay now.</param>
/// <param name="Until">No launch before this instant.</param>
/// <param name="QuietSince">The last end or launch.</param>
[GenerateSerializer, Immutable, Alias("Platform.LaunchDelay")]
public sealed record LaunchDelay(
    [property: Id(0)] double Seconds,
    [property: Id(1)] DateTimeOffset Until,
    [property: Id(2)] DateTimeOffset QuietSince)
{
    /// <summary>The delay after one more end.</summary>
    /// <param name="current">The delay so far; null: none.</param>
    /// <param name="spec">The definition whose instance ended.</param>
    /// <param name="now">The instant.</param>
    public static LaunchDelay AfterEnd(LaunchDelay? current, AppSpec spec, DateTimeOffset now)
    {
        var standing = current?.Forgotten(spec, now) == false ? current : null;
        var seconds = Math.Min(standing is null ? spec.BackoffSeconds : standing.Seconds * spec.BackoffFactor, spec.MaxLaunchDelaySeconds);
        return new(seconds, now.AddSeconds(seconds), now);
    }

    /// <summary>The delay after a launch: as long as before, and not forgotten while the launched instance may still fail.</summary>
    public LaunchDelay AfterLaunch(DateTimeOffset now) => this with { QuietSince = now };

    /// <summary>True once the quiet window is over.</summary>
    public bool Forgotten(AppSpec spec, DateTimeOffset now) => now > QuietSince.AddSeconds(spec.MaxLaunchDelaySeconds);
}
