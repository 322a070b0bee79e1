using Platform.Client.Http;

namespace Platform.Client.Agents;

/// <summary>The agents of a control plane: <see cref="IPlatformClient.Agents"/>.</summary>
public sealed class AgentsClient
{
    private readonly Wire wire;

    internal AgentsClient(Wire wire) => this.wire = wire;

    /// <summary>A handle of an agent, by its id or name; nothing is asked yet.</summary>
    public AgentHandle Get(string idOrName) => new(wire, idOrName);

    /// <summary>All agents, with what they have and what runs on them.</summary>
    public async Task<IReadOnlyList<Agent>> ListAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/agents", ClientJson.Default.AgentList, null, cancellationToken).ConfigureAwait(false)).Agents;
}
