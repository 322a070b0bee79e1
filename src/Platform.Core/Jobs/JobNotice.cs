namespace Platform.Core.Jobs;

/// <summary>Something that is to be told to one receiver, recorded until that has taken it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobNotice")]
public sealed record JobNotice
{
    /// <summary>The same each time it is told, so that a receiver can tell a repetition; unique for ever.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The key of the record: in order of <see cref="At"/>.</summary>
    [Id(1)] public required string Key { get; init; }

    /// <summary>Where to.</summary>
    [Id(2)] public required JobNotificationSpec To { get; init; }

    /// <summary>What has happened.</summary>
    [Id(3)] public NotificationEvent Event { get; init; }

    /// <summary>The job.</summary>
    [Id(4)] public required string JobId { get; init; }

    /// <summary>When it happened.</summary>
    [Id(5)] public DateTimeOffset At { get; init; }

    /// <summary>The run, as it was then; null: none was made. Its definition is left out of what is told.</summary>
    [Id(6)] public RunState? Run { get; init; }

    /// <summary>Why; null: nothing to say.</summary>
    [Id(7)] public string? Message { get; init; }

    /// <summary>The last task that ended; null: none has.</summary>
    [Id(8)] public RunTask? Task { get; init; }

    /// <summary>Failures since the last success; of a recovery those before it.</summary>
    [Id(9)] public long FailuresInRow { get; init; }

    /// <summary>How often it could not be told.</summary>
    [Id(10)] public int Attempts { get; init; }

    /// <summary>It is not told earlier.</summary>
    [Id(11)] public DateTimeOffset NextAt { get; init; }

    /// <summary>Why it could not be told; null: it was not tried.</summary>
    [Id(12)] public string? LastError { get; init; }

    /// <summary>One line for people.</summary>
    public string Title => Event switch
    {
        NotificationEvent.Failure => $"Job {JobId} failed",
        NotificationEvent.Success => $"Job {JobId} succeeded",
        NotificationEvent.Lateness => $"Job {JobId} is late",
        _ => $"Job {JobId} succeeded again after {FailuresInRow} {(FailuresInRow == 1 ? "failure" : "failures")}",
    };
}
