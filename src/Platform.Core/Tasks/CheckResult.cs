namespace Platform.Core.Tasks;

/// <summary>The latest outcome of one check.</summary>
[GenerateSerializer, Immutable, Alias("Platform.CheckResult")]
public sealed record CheckResult
{
    /// <summary>What the check is for.</summary>
    [Id(0)] public CheckPurpose Purpose { get; init; }

    /// <summary>Its index among the task's checks.</summary>
    [Id(1)] public int Index { get; init; }

    /// <summary>Its name, or null.</summary>
    [Id(2)] public string? Name { get; init; }

    /// <summary>Success.</summary>
    [Id(3)] public bool Success { get; init; }

    /// <summary>Failures in a row up to now.</summary>
    [Id(4)] public int ConsecutiveFailures { get; init; }

    /// <summary>When it was seen.</summary>
    [Id(5)] public DateTimeOffset Timestamp { get; init; }

    /// <summary>HTTP status, or exit status of a command; null if there was none.</summary>
    [Id(6)] public int? Status { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(7)] public string? Message { get; init; }

    /// <summary>Type of the preserved answer.</summary>
    [Id(8)] public string? ContentType { get; init; }

    /// <summary>The preserved answer.</summary>
    [Id(9)] public string? Body { get; init; }

    /// <summary>The first success since the task was started; null: none yet.</summary>
    [Id(10)] public DateTimeOffset? FirstSuccess { get; init; }

    /// <summary>The last success that was reported; null: none yet. A success that changes nothing is not reported.</summary>
    [Id(11)] public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The last failure that counted; null: none yet.</summary>
    [Id(12)] public DateTimeOffset? LastFailure { get; init; }

    /// <summary>Why that one failed.</summary>
    [Id(13)] public string? LastFailureCause { get; init; }
}
