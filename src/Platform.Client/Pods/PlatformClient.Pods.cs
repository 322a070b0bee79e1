using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Http;
using Platform.Client.Pods;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public PodHandle GetPod(string id) => new(this, wire, id);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PodStatus>> ListPodsAsync(CancellationToken cancellationToken = default) =>
        await wire.SendAsync(HttpMethod.Get, "/v2/pods/::status", ClientJson.Default.ListPodStatus, null, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<DeploymentHandle> CreatePodAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, "/v2/pods" + ForceOf(options), definition, cancellationToken);
}
