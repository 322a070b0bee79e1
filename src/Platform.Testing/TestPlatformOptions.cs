using Microsoft.Extensions.Logging;

namespace Platform.Testing;

/// <summary>What platform a test wants.</summary>
public sealed record TestPlatformOptions
{
    /// <summary>
    /// How many agents there are that run no processes: on them a task runs, and is healthy, from its launch until it is killed. Default 1.
    /// Not used with <see cref="RealAgent"/>.
    /// </summary>
    public int SimulatedAgents { get; init; } = 1;

    /// <summary>One agent that runs processes on this machine, without Docker and cgroups, in the place of the simulated ones. Default false.</summary>
    public bool RealAgent { get; init; }

    /// <summary>Cpus of each agent, whatever the machine has. Default 8.</summary>
    public double Cpus { get; init; } = 8;

    /// <summary>Memory of each agent, MB, whatever the machine has. Default 8192.</summary>
    public double Mem { get; init; } = 8192;

    /// <summary>Disk of each agent, MB, whatever the machine has. Default 16384.</summary>
    public double Disk { get; init; } = 16384;

    /// <summary>Where the control plane and the agents log. Default null: nowhere.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>How long a start may take until all agents have joined. Default 1 minute.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
