namespace Platform.Client.Jobs;

/// <summary>The due times of a window in the past, run by request.</summary>
public sealed record Backfill
{
    /// <summary>Counted from 1 for each job.</summary>
    public int Number { get; init; }

    /// <summary>The first instant that may be due.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>The last one.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>How many runs of it go on at most.</summary>
    public int Parallelism { get; init; }

    /// <summary>How many runs were made.</summary>
    public int Made { get; init; }

    /// <summary>How many of them succeeded.</summary>
    public int Succeeded { get; init; }

    /// <summary>How many of them failed or were stopped.</summary>
    public int Failed { get; init; }

    /// <summary>It was stopped by request.</summary>
    public bool Stopped { get; init; }

    /// <summary>When its last run ended; null: it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
