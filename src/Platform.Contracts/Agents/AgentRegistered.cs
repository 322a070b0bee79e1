using Platform.Core.Agents;

namespace Platform.Contracts.Agents;

/// <summary>The control plane took the agent in.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AgentRegistered")]
public sealed record AgentRegistered
{
    /// <summary>Grows with every session of the agent; messages of an older session are ignored.</summary>
    [Id(0)] public long Epoch { get; init; }

    /// <summary>How often to send a heartbeat, seconds.</summary>
    [Id(1)] public double HeartbeatSeconds { get; init; }

    /// <summary>The agent counts as unreachable after this much silence, seconds.</summary>
    [Id(2)] public double UnreachableAfterSeconds { get; init; }

    /// <summary>The version of the protocol that both speak, and that the session goes by; see <see cref="AgentProtocol.Agree"/>.</summary>
    [Id(3)] public int Protocol { get; init; }
}
