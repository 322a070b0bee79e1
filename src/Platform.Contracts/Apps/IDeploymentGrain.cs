using Platform.Core.Deployments;

namespace Platform.Contracts.Apps;

/// <summary>One deployment: carries out the steps of a plan over its apps. Keyed by deployment id.</summary>
public interface IDeploymentGrain : IGrainWithStringKey
{
    /// <summary>Begins, or goes on from the step that was reached. Idempotent; called again for each running deployment after a restart.</summary>
    Task StartAsync(DeploymentStart start);

    /// <summary>The group has taken note of the end; nothing of it needs to be kept.</summary>
    [OneWay]
    Task ForgetAsync();

    /// <summary>Stops where it is; what runs is kept.</summary>
    Task AbandonAsync(string reason);

    /// <summary>Goes no further until it is resumed: actions that run are abandoned where they are. False: there is no such deployment.</summary>
    Task<bool> PauseAsync();

    /// <summary>Goes on after a pause. False: there is no such deployment.</summary>
    Task<bool> ResumeAsync();

    /// <summary>The deployment for readers; null if it has ended or never was.</summary>
    [AlwaysInterleave]
    Task<DeploymentStatus?> GetStatusAsync();

    /// <summary>An app has carried out its action, or has given up with a reason.</summary>
    [OneWay]
    Task ActionEndedAsync(string appId, DeploymentActionKind kind, string? failure);
}
