using Platform.Core.Jobs;

namespace Platform.Dashboard.Live;

/// <summary>Runs on a time line: each in the first lane that is free when it begins.</summary>
/// <param name="Bars">The runs, oldest first.</param>
/// <param name="From">Where the line begins.</param>
/// <param name="Until">Where it ends.</param>
/// <param name="Lanes">How many lanes there are.</param>
public sealed record RunLanes(IReadOnlyList<RunBar> Bars, DateTimeOffset From, DateTimeOffset Until, int Lanes)
{
    /// <summary>Of these runs, up to now.</summary>
    /// <param name="runs">The runs, in any order.</param>
    /// <param name="now">Runs that go on have come so far.</param>
    /// <param name="most">More lanes than these are not drawn: what finds none stands in the last.</param>
    public static RunLanes Of(IEnumerable<RunState> runs, DateTimeOffset now, int most)
    {
        var ordered = runs.Select(run => (Run: run, Start: run.StartedAt ?? run.CreatedAt)).OrderBy(run => run.Start).ToList();
        if (ordered.Count == 0)
            return new([], now, now, 0);
        var from = ordered[0].Start;
        var until = ordered.Max(run => run.Run.EndedAt ?? now);
        var length = Math.Max((until - from).TotalMilliseconds, 1);
        var (bars, ends) = (new List<RunBar>(), new List<double>());
        foreach (var (run, start) in ordered)
        {
            var left = Math.Clamp((start - from).TotalMilliseconds / length, 0, 1);
            var right = Math.Clamp(((run.EndedAt ?? now) - from).TotalMilliseconds / length, left, 1);
            var lane = ends.FindIndex(end => end <= left);
            if (lane < 0)
                lane = Math.Min(ends.Count, most - 1);
            if (lane == ends.Count)
                ends.Add(0);
            // A bar is never too small to be seen; the next one does not stand on it.
            ends[lane] = Math.Max(ends[lane], Math.Max(right, left + RunBar.Narrowest));
            bars.Add(new(run, lane, left, Math.Max(right - left, RunBar.Narrowest)));
        }
        return new(bars, from, until, ends.Count);
    }
}

/// <summary>A run on the line.</summary>
/// <param name="Run">The run.</param>
/// <param name="Lane">Its lane, from 0.</param>
/// <param name="Left">Where it begins, 0 to 1.</param>
/// <param name="Width">How long it is, 0 to 1.</param>
public sealed record RunBar(RunState Run, int Lane, double Left, double Width)
{
    /// <summary>No bar is narrower.</summary>
    public const double Narrowest = 0.006;
}
