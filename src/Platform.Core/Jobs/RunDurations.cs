namespace Platform.Core.Jobs;

/// <summary>How long runs of a job that succeeded have taken, of those that are kept, at most 200. Seconds.</summary>
/// <param name="Count">How many there are; the rest is 0 if there is none.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Median">Half of them took no longer.</param>
/// <param name="P75">75 % took no longer.</param>
/// <param name="P95">95 % took no longer.</param>
/// <param name="P98">98 % took no longer.</param>
/// <param name="P99">99 % took no longer.</param>
[GenerateSerializer, Immutable, Alias("Platform.RunDurations")]
public sealed record RunDurations(
    [property: Id(0)] int Count,
    [property: Id(1)] double Mean,
    [property: Id(2)] double Median,
    [property: Id(3)] double P75,
    [property: Id(4)] double P95,
    [property: Id(5)] double P98,
    [property: Id(6)] double P99)
{
    /// <summary>How many runs count, those that ended last.</summary>
    public const int Most = 200;

    /// <summary>No run has succeeded.</summary>
    public static readonly RunDurations None = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Of these runs, newest first.</summary>
    public static RunDurations Of(IEnumerable<RunState> ended)
    {
        var seconds = ended.Where(run => run is { Phase: RunPhase.Succeeded, EndedAt: not null })
            .Take(Most)
            .Select(run => (run.EndedAt!.Value - (run.StartedAt ?? run.CreatedAt)).TotalSeconds)
            .Order()
            .ToList();
        double At(double share) => seconds[Math.Clamp((int)Math.Ceiling(share * seconds.Count) - 1, 0, seconds.Count - 1)];
        return seconds.Count == 0 ? None : new(seconds.Count, seconds.Average(), At(0.5), At(0.75), At(0.95), At(0.98), At(0.99));
    }
}
