using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Contracts.Apps;

/// <summary>One deployment: carries out the steps of a plan over its apps. Keyed by deployment id.</summary>
[Alias("Platform.IDeploymentGrain")]
public interface IDeploymentGrain : IGrainWithStringKey, IWakeable
{
    /// <summary>Begins, or goes on from the step that was reached. Idempotent; called again for each running deployment after a restart.</summary>
    [Alias("Start")]
    Task StartAsync(DeploymentStart start);

    /// <summary>The group has taken note of the end; nothing of it needs to be kept.</summary>
    [OneWay, Alias("Forget")]
    Task ForgetAsync();

    /// <summary>Stops for good where it is, also if it is told to begin only later.</summary>
    [Alias("Abandon")]
    Task AbandonAsync(string reason);

    /// <summary>After <see cref="AbandonAsync"/>: its apps stop what it ordered; what runs is kept. An app that has an order of a later deployment goes on with that.</summary>
    /// <param name="deployment">This deployment.</param>
    /// <param name="taken">Of its apps those that another deployment has or will have orders for.</param>
    [Alias("LetGo")]
    Task LetGoAsync(AbandonedDeployment deployment, ValueList<string> taken);

    /// <summary>Goes no further until it is resumed: actions that run are abandoned where they are. False: there is no such deployment.</summary>
    [Alias("Pause")]
    Task<bool> PauseAsync();

    /// <summary>Goes on after a pause. False: there is no such deployment.</summary>
    [Alias("Resume")]
    Task<bool> ResumeAsync();

    /// <summary>The deployment for readers; null if it is abandoned, forgotten, or not begun yet.</summary>
    [AlwaysInterleave, Alias("GetStatus")]
    Task<DeploymentStatus?> GetStatusAsync();

    /// <summary>An app has carried out its action, or has given up with a reason. The app does not wait for the answer, and tells it again when none comes.</summary>
    [Alias("ActionEnded")]
    Task ActionEndedAsync(string appId, DeploymentActionKind kind, string? failure);
}
