using Platform.Contracts.Agents;
using Platform.Contracts.Registry;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Contracts.Apps;

/// <summary>One app: its versions, its instances, its rollout and its backoff. Keyed by the app's path.</summary>
[Alias("Platform.IAppGrain")]
public interface IAppGrain : ITaskOwnerGrain, IEndpointOwnerGrain
{
    /// <summary>Everything about the app for readers, as an immutable snapshot; null if there is no such app. Of very many instances the first ones only: <see cref="AppReading.ReadAsync"/> reads them all.</summary>
    [AlwaysInterleave, Alias("GetStatus")]
    Task<AppStatus?> GetStatusAsync();

    /// <summary>The instances after those that were read, in the order of their ids.</summary>
    /// <param name="more">What <see cref="AppStatus.More"/> or <see cref="InstancePage.More"/> said.</param>
    [AlwaysInterleave, Alias("GetInstances")]
    Task<InstancePage> GetInstancesAsync(string more);

    /// <summary>The versions that are kept, oldest first; empty if there is no such app.</summary>
    [AlwaysInterleave, Alias("GetVersions")]
    Task<ValueList<string>> GetVersionsAsync();

    /// <summary>The definition at one version; null if it is not kept.</summary>
    [AlwaysInterleave, Alias("GetVersion")]
    Task<AppVersion?> GetVersionAsync(string version);

    /// <summary>Kills instances of these tasks; they are replaced. Those that were found are returned. An empty list means all.</summary>
    [Alias("Kill")]
    Task<ValueList<InstanceStatus>> KillAsync(ValueList<string> taskIds, bool wipe);

    /// <summary>A secret that the app uses has a new value: its tasks are given it while they run. Durable when it returns; a change that was heard of does nothing.</summary>
    /// <param name="change">The number of the change; later ones have greater numbers.</param>
    [Alias("SecretsChanged")]
    Task SecretsChangedAsync(long change);

    /// <summary>Forgets the delay after failures, so that the next launch happens at once.</summary>
    [Alias("ResetDelay")]
    Task ResetDelayAsync();

    /// <summary>Carries out one action of a deployment. Idempotent by deployment and kind: repeated after a restart, after a pause or when its end is overdue; an action that has ended is told as ended again. An order with a later term takes the place of what runs; one with an earlier term than the app has seen is refused without a word. One that makes the app has to come again with the vacancy that is answered. Returns when the order is persisted; its end is told to the deployment with <see cref="IDeploymentGrain.ActionEndedAsync"/>.</summary>
    [Alias("Execute")]
    Task<AppOrderReply> ExecuteAsync(AppOrder order);

    /// <summary>The deployment no longer cares: what it began goes no further, what runs is kept, and what it ordered before <paramref name="term"/> is refused should it come later.</summary>
    /// <param name="deploymentId">The deployment.</param>
    /// <param name="term">What it ordered before this is refused.</param>
    /// <param name="goesOn">The deployment is only paused, or another one has orders for the app: a new app is still not launched before it is scaled.</param>
    [Alias("Abandon")]
    Task AbandonAsync(string deploymentId, OrderTerm term, bool goesOn);

    /// <summary>Opens the next canary step (or switches blue to green) now.</summary>
    /// <param name="force">Also if the step's new instances do not all serve.</param>
    [Alias("Promote")]
    Task<PromotionResult> PromoteAsync(bool force);
}
