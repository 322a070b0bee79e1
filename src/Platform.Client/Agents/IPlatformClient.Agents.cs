using Platform.Client.Agents;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>All agents, by name.</summary>
    Task<IReadOnlyList<Agent>> ListAgentsAsync(CancellationToken cancellationToken = default);

    /// <summary>A handle of an agent, by id or name; nothing is asked yet.</summary>
    AgentHandle GetAgent(string idOrName);
}
