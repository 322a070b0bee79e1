using Platform.Client.Http;

namespace Platform.Client.Deployments;

/// <summary>The deployments of a control plane: <see cref="IPlatformClient.Deployments"/>.</summary>
public sealed class DeploymentsClient
{
    private readonly PlatformClient client;
    private readonly Wire wire;

    internal DeploymentsClient(PlatformClient client, Wire wire) => (this.client, this.wire) = (client, wire);

    /// <summary>A handle of a deployment; nothing is asked yet.</summary>
    public DeploymentHandle Get(string id) => new(client, id, null);

    /// <summary>Those that run.</summary>
    public async Task<IReadOnlyList<Deployment>> ListAsync(CancellationToken cancellationToken = default) =>
        await wire.SendAsync(HttpMethod.Get, "/v2/deployments", ClientJson.Default.ListDeployment, null, cancellationToken).ConfigureAwait(false);
}
