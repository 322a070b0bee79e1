namespace Platform.Client.Jobs;

/// <summary>A run of a whole graph of jobs.</summary>
public sealed record RunGraph
{
    /// <summary>How far it is as a whole: active, failed, stopped, waiting (for a job that is paused, disabled, or follows others too) or succeeded.</summary>
    public required string Phase { get; init; }

    /// <summary>Its jobs, each after all that it follows.</summary>
    public IReadOnlyList<RunGraphNode> Nodes { get; init; } = [];
}

/// <summary>A job in a run of a graph.</summary>
public sealed record RunGraphNode
{
    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>The phase of its run; waiting: it may still run; unreached: it will not.</summary>
    public required string State { get; init; }

    /// <summary>The jobs that it follows, those of other graphs included.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>Its last run here; null: it has not run.</summary>
    public Run? Run { get; init; }
}
