namespace Platform.Grains.Agents;

/// <summary>Settings of agents' sessions.</summary>
public sealed class AgentOptions
{
    /// <summary>How often an agent sends a heartbeat. Default 5 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>An agent that was silent for this long is unreachable. Default 15 s.</summary>
    public TimeSpan UnreachableAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the answer to a read of a sandbox file is waited for. Default 10 s.</summary>
    public TimeSpan FileReadTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
