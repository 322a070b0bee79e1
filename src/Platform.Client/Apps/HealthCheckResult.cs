namespace Platform.Client.Apps;

/// <summary>The result of one health check of an instance.</summary>
public sealed record HealthCheckResult
{
    /// <summary>It passes.</summary>
    public bool Alive { get; init; }

    /// <summary>Failures in a row.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>Why it last failed, if it did.</summary>
    public string? LastFailureCause { get; init; }
}
