using System.Text.Json.Nodes;

namespace Platform.Client.Jobs;

/// <summary>A job as it stands.</summary>
public sealed record Job
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>The definition.</summary>
    public required JsonObject Spec { get; init; }

    /// <summary>Why it is paused; null: it is not.</summary>
    public string? Paused { get; init; }

    /// <summary>The next due time; null: none.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Jobs that follow.</summary>
    public IReadOnlyList<string> Children { get; init; } = [];

    /// <summary>Runs that go on, oldest first.</summary>
    public IReadOnlyList<Run> Runs { get; init; } = [];

    /// <summary>Runs that succeeded.</summary>
    public long Successes { get; init; }

    /// <summary>Runs that failed.</summary>
    public long Failures { get; init; }

    /// <summary>Failures since the last success.</summary>
    public long FailuresInRow { get; init; }

    /// <summary>Due times that were left out.</summary>
    public long Skipped { get; init; }

    /// <summary>When a run succeeded last.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>When a run failed last.</summary>
    public DateTimeOffset? LastFailure { get; init; }

    /// <summary>How many due times are left; null: there is no end to them, or no schedule.</summary>
    public long? DueLeft { get; init; }

    /// <summary>Why it is never due although it has a schedule, such as a zone that is there no more; null: nothing is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>How many notices wait to be told.</summary>
    public int Untold { get; init; }

    /// <summary>Why the oldest notice that was tried could not be told; null: none was refused.</summary>
    public string? UntoldError { get; init; }

    /// <summary>How the last run ended: succeeded, failed or stopped; null: none has.</summary>
    public string? LastRun { get; init; }
}
