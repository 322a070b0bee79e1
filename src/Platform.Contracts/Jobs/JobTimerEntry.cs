namespace Platform.Contracts.Jobs;

/// <summary>What a timer knows of a job.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobTimerEntry")]
public sealed record JobTimerEntry
{
    /// <summary>Its next due time; null: none.</summary>
    [Id(0)] public DateTimeOffset? Due { get; init; }

    /// <summary>Something of it goes on: it is woken after a restart too.</summary>
    [Id(1)] public bool Live { get; init; }

    /// <summary>What lists show; null: what was known of that stays.</summary>
    [Id(2)] public JobSummary? Summary { get; init; }

    /// <summary>Whether the timer wakes the job, now and again until it has heard of it.</summary>
    public bool WakesAt(DateTimeOffset now) => Live || Due <= now;
}
