using Platform.Client.Deployments;
using Platform.Client.Http;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Deployment>> ListDeploymentsAsync(CancellationToken cancellationToken = default) =>
        await wire.SendAsync(HttpMethod.Get, "/v2/deployments", ClientJson.Default.ListDeployment, null, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public DeploymentHandle GetDeployment(string id) => new(this, id, null);

    internal async Task<DeploymentHandle?> CancelAsync(string id, bool force, CancellationToken cancellationToken)
    {
        var path = Wire.PathOf("/v2/deployments", id) + Wire.Query(("force", Wire.Flag(force)));
        using var response = await wire.SendAsync(HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false);
        return force ? null : await ReadDeploymentAsync(response, cancellationToken).ConfigureAwait(false);
    }
}
