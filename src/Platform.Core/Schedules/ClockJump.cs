namespace Platform.Core.Schedules;

/// <summary>Jumps of the clock: somebody set it, or the machine slept.</summary>
public static class ClockJump
{
    /// <summary>What the clock may gain or lose between two looks without having jumped.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    /// <summary>By how much the clock jumped; null: it did not.</summary>
    /// <param name="byClock">What has passed by the clock since the last look.</param>
    /// <param name="byTimer">What has passed by a timer that nobody sets.</param>
    public static TimeSpan? Between(TimeSpan byClock, TimeSpan byTimer) => (byClock - byTimer) is var jump && jump.Duration() > Tolerance ? jump : null;

    /// <summary>What that means for jobs, for people.</summary>
    public static string Describe(TimeSpan jump) => jump > TimeSpan.Zero
        ? FormattableString.Invariant($"the clock jumped {jump.TotalSeconds:0.###} s ahead; what was due meanwhile counts as missed, and the catch-up of each job decides")
        : FormattableString.Invariant($"the clock jumped {-jump.TotalSeconds:0.###} s back; nothing is run twice: jobs are due again after the time that was reached, or after pause and resume");
}
