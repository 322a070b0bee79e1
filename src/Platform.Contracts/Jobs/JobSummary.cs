using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Contracts.Jobs;

/// <summary>What lists show of a job besides its definition.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobSummary")]
public record JobSummary
{
    /// <summary>How many tasks of a run that goes on a list shows at most; asked for by itself, a run shows all.</summary>
    public const int MostTasks = 100;

    /// <summary>How many runs that go on a list shows at most of a job.</summary>
    public const int MostRuns = 100;

    /// <summary>Jobs that follow.</summary>
    [Id(0)] public ValueList<string> Children { get; init; }

    /// <summary>Why it is paused; null: it is not.</summary>
    [Id(1)] public string? Paused { get; init; }

    /// <summary>The next due time; null: none.</summary>
    [Id(2)] public DateTimeOffset? NextDue { get; init; }

    /// <summary>How many due times are left; null: there is no end to them, or no schedule.</summary>
    [Id(3)] public long? DueLeft { get; init; }

    /// <summary>Runs that go on, oldest first.</summary>
    [Id(4)] public ValueList<RunStatus> LiveRuns { get; init; }

    /// <summary>Runs that succeeded.</summary>
    [Id(5)] public long Successes { get; init; }

    /// <summary>Runs that failed.</summary>
    [Id(6)] public long Failures { get; init; }

    /// <summary>Failures since the last success.</summary>
    [Id(7)] public long FailuresInRow { get; init; }

    /// <summary>When a run succeeded last.</summary>
    [Id(8)] public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>When a run failed last.</summary>
    [Id(9)] public DateTimeOffset? LastFailure { get; init; }

    /// <summary>Due times that were left out.</summary>
    [Id(10)] public long Skipped { get; init; }

    /// <summary>How the last run ended; null: none has.</summary>
    [Id(11)] public RunPhase? LastPhase { get; init; }

    /// <summary>How many runs go on.</summary>
    [Id(13)] public int LiveCount { get; init; }

    /// <summary>How many notices wait to be told.</summary>
    [Id(14)] public int Untold { get; init; }

    /// <summary>Why the oldest notice that was tried could not be told; null: none was refused.</summary>
    [Id(15)] public string? UntoldError { get; init; }

    /// <summary>Why it is never due although it has a schedule; null: nothing is wrong.</summary>
    [Id(16)] public string? Problem { get; init; }

    /// <summary>How long runs that succeeded have taken.</summary>
    [Id(12)] public RunDurations Durations { get; init; } = RunDurations.None;
}
