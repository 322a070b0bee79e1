using Platform.Core.Deployments;

namespace Platform.Contracts.Apps;

/// <summary>One deployment: carries out the steps of a plan over its apps. Keyed by deployment id.</summary>
public interface IDeploymentGrain : IGrainWithStringKey
{
    /// <summary>Records the plan and begins. Idempotent.</summary>
    Task StartAsync(DeploymentStart start);

    /// <summary>Stops where it is; what runs is kept.</summary>
    Task AbandonAsync(string reason);

    /// <summary>The deployment for readers; null if it has ended or never was.</summary>
    [AlwaysInterleave]
    Task<DeploymentStatus?> GetStatusAsync();

    /// <summary>An app has carried out its action, or has given up with a reason.</summary>
    [OneWay]
    Task ActionEndedAsync(string appId, DeploymentActionKind kind, string? failure);
}
