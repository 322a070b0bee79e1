namespace Platform.Core.Jobs;

/// <summary>The due times of a window in the past, run by request, so many at a time.</summary>
[GenerateSerializer, Immutable, Alias("Platform.BackfillState")]
public sealed record BackfillState
{
    /// <summary>Counted from 1 for each job.</summary>
    [Id(0)] public int Number { get; init; }

    /// <summary>The first instant that may be due.</summary>
    [Id(1)] public DateTimeOffset From { get; init; }

    /// <summary>The last one.</summary>
    [Id(2)] public DateTimeOffset Until { get; init; }

    /// <summary>How many runs of it go on at most.</summary>
    [Id(3)] public int Parallelism { get; init; } = 1;

    /// <summary>Every due time up to here has its run.</summary>
    [Id(4)] public DateTimeOffset Cursor { get; init; }

    /// <summary>How many runs were made.</summary>
    [Id(5)] public int Made { get; init; }

    /// <summary>How many of them succeeded.</summary>
    [Id(6)] public int Succeeded { get; init; }

    /// <summary>How many of them failed or were stopped.</summary>
    [Id(7)] public int Failed { get; init; }

    /// <summary>It was stopped by request.</summary>
    [Id(8)] public bool Stopped { get; init; }

    /// <summary>When it began.</summary>
    [Id(9)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its last run ended; null: it goes on.</summary>
    [Id(10)] public DateTimeOffset? EndedAt { get; init; }
}
