using Platform.Core.Jobs;

namespace Platform.Dashboard.Live;

/// <summary>Where a run stands in a window of time.</summary>
/// <param name="Left">Where it begins, 0 to 1.</param>
/// <param name="Width">How long it is, 0 to 1.</param>
public readonly record struct RunSpan(double Left, double Width)
{
    /// <summary>The part of a run that is in the window; null: it was before it.</summary>
    /// <param name="run">The run; one that goes on has come as far as the window.</param>
    /// <param name="from">Where the window begins.</param>
    /// <param name="until">Where it ends: now.</param>
    public static RunSpan? Of(RunState run, DateTimeOffset from, DateTimeOffset until)
    {
        var (start, end) = (run.StartedAt ?? run.CreatedAt, run.EndedAt ?? until);
        if (end < from || start > until)
            return null;
        var left = Math.Max((start - from) / (until - from), 0);
        var width = Math.Max(Math.Min((end - from) / (until - from), 1) - left, RunBar.Narrowest);
        return new(Math.Min(left, 1 - width), width);
    }
}
