using Platform.Client.Agents;
using Platform.Client.Http;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Agent>> ListAgentsAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, "/api/agents", ClientJson.Default.AgentList, null, cancellationToken).ConfigureAwait(false)).Agents;

    /// <inheritdoc/>
    public AgentHandle GetAgent(string idOrName) => new(wire, idOrName);
}
