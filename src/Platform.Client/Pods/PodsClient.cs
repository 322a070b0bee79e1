using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Http;

namespace Platform.Client.Pods;

/// <summary>The pods of a control plane: <see cref="IPlatformClient.Pods"/>.</summary>
public sealed class PodsClient
{
    private readonly PlatformClient client;
    private readonly Wire wire;

    internal PodsClient(PlatformClient client, Wire wire) => (this.client, this.wire) = (client, wire);

    /// <summary>A handle of a pod; nothing is asked yet, the pod need not exist.</summary>
    public PodHandle Get(string id) => new(client, wire, id);

    /// <summary>All pods with their instances.</summary>
    public async Task<IReadOnlyList<PodStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        await wire.SendAsync(HttpMethod.Get, "/v2/pods/::status", ClientJson.Default.ListPodStatus, null, cancellationToken).ConfigureAwait(false);

    /// <summary>Submits a new pod.</summary>
    public Task<DeploymentHandle> CreateAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Post, "/v2/pods" + PlatformClient.ForceOf(options), definition, cancellationToken);
}
