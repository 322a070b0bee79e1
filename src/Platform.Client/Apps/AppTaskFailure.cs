namespace Platform.Client.Apps;

/// <summary>How an instance of an app ended.</summary>
public sealed record AppTaskFailure
{
    /// <summary>The task.</summary>
    public string TaskId { get; init; } = "";

    /// <summary>Its last state, such as <c>TASK_FAILED</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Why, for people, with the exit status or signal.</summary>
    public string Message { get; init; } = "";

    /// <summary>The host it ran on.</summary>
    public string Host { get; init; } = "";

    /// <summary>The agent it ran on.</summary>
    public string SlaveId { get; init; } = "";

    /// <summary>The exit status; null: it ended in another way, or the answer does not have it.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>The last lines of its standard error; null: there are none, or the answer does not have them.</summary>
    public string? Stderr { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset Timestamp { get; init; }
}
