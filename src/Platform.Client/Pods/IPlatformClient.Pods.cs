using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Pods;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>A handle of a pod; nothing is asked yet, the pod need not exist.</summary>
    PodHandle GetPod(string id);

    /// <summary>All pods with their instances.</summary>
    Task<IReadOnlyList<PodStatus>> ListPodsAsync(CancellationToken cancellationToken = default);

    /// <summary>Submits a new pod.</summary>
    Task<DeploymentHandle> CreatePodAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default);
}
