namespace Platform.Core.Registry;

/// <summary>What checks have found out of an instance from outside.</summary>
[GenerateSerializer, Immutable, Alias("Platform.InstanceHealth")]
public sealed record InstanceHealth
{
    /// <summary>Whether it is there; null: no check has ended yet.</summary>
    [Id(0)] public bool? IsHealthy { get; init; }

    /// <summary>Failures since the last success.</summary>
    [Id(1)] public int Failures { get; init; }

    /// <summary>What the last check said against it; null: nothing.</summary>
    [Id(2)] public string? Problem { get; init; }

    /// <summary>When the last check ended; null: none has.</summary>
    [Id(3)] public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Takes the outcome of a check in.</summary>
    /// <param name="problem">What it said; null: the instance is there.</param>
    /// <param name="mostFailures">So many in a row, and it is not there any more. Before the first success one is enough.</param>
    /// <param name="now">When the check ended.</param>
    public InstanceHealth With(string? problem, int mostFailures, DateTimeOffset now)
    {
        var failures = problem is null ? 0 : Failures + 1;
        return new()
        {
            IsHealthy = problem is null || (IsHealthy == true && failures < mostFailures),
            Failures = failures,
            Problem = problem,
            CheckedAt = now,
        };
    }

    /// <summary>The state of an endpoint that was registered with one: what nobody has looked at yet waits.</summary>
    public static EndpointState StateOf(EndpointState registered, InstanceHealth? health) =>
        registered == EndpointState.Ready && health?.IsHealthy != true ? EndpointState.Waiting : registered;
}
