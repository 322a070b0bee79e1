namespace Platform.Core.Jobs;

/// <summary>How soon a timer wakes a job again.</summary>
/// <remarks>
/// A job that does not answer is lost, or slow. Were a crowd that is slow woken at the pace of a single one, the messages alone would keep it slow:
/// so a timer wakes only so many in a second a second time, and each of a greater crowd waits longer.
/// </remarks>
public static class WakePace
{
    /// <summary>A job that is due and has not answered is woken again after so long. 2 s.</summary>
    public static readonly TimeSpan WakeAgain = TimeSpan.FromSeconds(2);

    /// <summary>A job that goes on is looked after every so often, should it have died with its silo. 10 s.</summary>
    public static readonly TimeSpan LookAfterLive = TimeSpan.FromSeconds(10);

    /// <summary>One timer wakes so many in a second again, on average. 100.</summary>
    public const int MostPerSecond = 100;

    /// <summary>The pause until a job is woken again.</summary>
    /// <param name="single">What it is for one alone.</param>
    /// <param name="crowd">How many jobs of the timer wait for the same.</param>
    public static TimeSpan Until(TimeSpan single, int crowd)
    {
        var fair = TimeSpan.FromSeconds((double)crowd / MostPerSecond);
        return fair < single ? single : fair;
    }
}
