namespace Platform.Agent.Checks;

/// <summary>Where a task is to be found.</summary>
internal sealed record CheckTarget
{
    /// <summary>The address of the agent; the loopback address is tried first.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The folder that commands run in.</summary>
    public string Sandbox { get; init; } = "/";

    /// <summary>The environment of commands, NAME=VALUE.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>The user that commands run as; null: the agent's own.</summary>
    public string? User { get; init; }

    /// <summary>The cgroup.procs files that commands join.</summary>
    public IReadOnlyList<string> JoinFiles { get; init; } = [];
}
