namespace Platform.Agent.Containerizers;

/// <summary>How a task ended. Exactly one of exit status, signal, failure and gap is given.</summary>
internal sealed record ContainerEnd
{
    /// <summary>The exit status, or null.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it, or null.</summary>
    public int? Signal { get; init; }

    /// <summary>Why it could not be started, for people; null: it was.</summary>
    public string? Failure { get; init; }

    /// <summary>Why its end is not known, for people; null: it is.</summary>
    public string? Gap { get; init; }

    /// <summary>True if one of its processes was killed for lack of memory.</summary>
    public bool IsOutOfMemory { get; init; }
}
