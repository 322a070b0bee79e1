namespace Platform.Agent.Executors;

/// <summary>How an agent deals with executors of frameworks.</summary>
internal sealed record ExecutorSettings
{
    /// <summary>The port on loopback where they subscribe; 0: one that is free, which is kept in the work directory. Default 0.</summary>
    public int Port { get; init; }

    /// <summary>An executor that has not subscribed for so long after its start is ended. Default 1 minute, as in Mesos.</summary>
    public TimeSpan RegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The same after a start of the agent. Default 15 s, the most that Mesos allows.</summary>
    public TimeSpan ReregistrationTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long executors are told to wait for an agent that is away. Default 15 minutes, as in Mesos.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The local socket where they subscribe as well, which also those in containers with networks of their own reach; null: there is none. Default null, as in Mesos.</summary>
    public string? Socket { get; init; }

    /// <summary>Whether they must show the token that they are given. Default false, as in Mesos.</summary>
    public bool Authenticate { get; init; }

    /// <summary>The agent as executors are told of it.</summary>
    public required Wire.AgentInfo Agent { get; init; }
}
