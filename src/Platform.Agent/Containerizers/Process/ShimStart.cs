namespace Platform.Agent.Containerizers.Process;

/// <summary>What a task's supervisor is told.</summary>
internal sealed record ShimStart
{
    /// <summary>The task's file, where it reports.</summary>
    public required string File { get; init; }

    /// <summary>The working directory.</summary>
    public required string Sandbox { get; init; }

    /// <summary>uid,gid[,group...]; null: the agent's own user.</summary>
    public string? User { get; init; }

    /// <summary>What sets it apart from the machine, as Native/isolate.h describes it.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Under the default filter of system calls.</summary>
    public bool IsFiltered { get; init; }

    /// <summary>The cgroup.procs files to join.</summary>
    public IReadOnlyList<string> JoinFiles { get; init; } = [];

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>NAME=VALUE.</summary>
    public required IReadOnlyList<string> Environment { get; init; }
}
