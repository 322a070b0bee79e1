namespace Platform.Client.Jobs;

/// <summary>One run of a job.</summary>
public sealed record Run
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>Counted from 1 for each job.</summary>
    public long Number { get; init; }

    /// <summary>What made it: schedule, request, parents, again, backfill, dispatch, event or file.</summary>
    public string Trigger { get; init; } = "";

    /// <summary>How far it is: waiting, starting, active, succeeded, failed or stopped.</summary>
    public string Phase { get; init; } = "";

    /// <summary>When it was due; null: it was not due by time.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>It did not start in time.</summary>
    public bool Late { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its first task began to run.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it does not go on yet, told of one job and of one run, not in lists; null: nothing keeps it.</summary>
    public string? Why { get; init; }

    /// <summary>Why it ended as it did.</summary>
    public string? Message { get; init; }

    /// <summary>The path of the file on its agent that it is for; null: it is for none.</summary>
    public string? File { get; init; }

    /// <summary>How many tasks it has.</summary>
    public int Count { get; init; }

    /// <summary>How many of them have succeeded.</summary>
    public int Succeeded { get; init; }

    /// <summary>How many of them have failed for good.</summary>
    public int Failed { get; init; }

    /// <summary>The runs of its parents that brought it about.</summary>
    public IReadOnlyList<RunCause> Causes { get; init; } = [];

    /// <summary>Earlier runs of the job in whose place it was run again, oldest first.</summary>
    public IReadOnlyList<string> Replaces { get; init; } = [];

    /// <summary>What it has written for those that follow.</summary>
    public IReadOnlyDictionary<string, string> Output { get; init; } = new Dictionary<string, string>();

    /// <summary>Its tasks: of each index the last attempts.</summary>
    public IReadOnlyList<RunTask> Tasks { get; init; } = [];

    /// <summary>It has ended.</summary>
    public bool Ended => Phase is "succeeded" or "failed" or "stopped";
}

/// <summary>A run of a parent.</summary>
/// <param name="Job">The parent.</param>
/// <param name="Run">Its run.</param>
public sealed record RunCause(string Job, string Run);

/// <summary>One attempt at one index of a run.</summary>
public sealed record RunTask
{
    /// <summary>The task.</summary>
    public required string Id { get; init; }

    /// <summary>Its index.</summary>
    public int Index { get; init; }

    /// <summary>Counted from 0 for each index.</summary>
    public int Attempt { get; init; }

    /// <summary>Its state, as Mesos names it.</summary>
    public string State { get; init; } = "";

    /// <summary>Its agent; null: it has no place yet.</summary>
    public string? AgentId { get; init; }

    /// <summary>The agent's hostname.</summary>
    public string? Host { get; init; }

    /// <summary>When it began to run.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its exit status.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>The signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Why it ended.</summary>
    public string? Message { get; init; }

    /// <summary>The last lines of its standard error, when it failed.</summary>
    public string? LastLines { get; init; }

    /// <summary>Its sandbox on the agent.</summary>
    public string? Sandbox { get; init; }
}
