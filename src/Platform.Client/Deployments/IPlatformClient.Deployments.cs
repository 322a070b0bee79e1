using Platform.Client.Deployments;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>The running deployments, oldest first.</summary>
    Task<IReadOnlyList<Deployment>> ListDeploymentsAsync(CancellationToken cancellationToken = default);

    /// <summary>A handle of a deployment; nothing is asked yet.</summary>
    DeploymentHandle GetDeployment(string id);
}
