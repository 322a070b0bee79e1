using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>
/// The jobs that have led to a run, by events and by runs that it follows: none of them is made to run again by what the run tells, so that jobs which
/// wait for each other's events come to an end.
/// </summary>
public static class RunChain
{
    // The rate of runs by events bounds a circle of more jobs.
    private const int Most = 256;

    /// <summary>Each job once, the last ones if there are too many.</summary>
    public static ValueList<string> Of(IEnumerable<string> jobs) => jobs.Distinct(StringComparer.Ordinal).TakeLast(Most).ToValueList();
}
