using Platform.Contracts.Recovery;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Groups;

namespace Platform.Contracts.Apps;

/// <summary>The tree of groups and apps, and the one gate that every change of it passes. Key <c>/</c>.</summary>
/// <remarks>It records the current definition of each app, who depends on whom, which deployment holds which app, and which versions the tree had. Older definitions are with the apps.</remarks>
[Alias("Platform.IGroupGrain")]
public interface IGroupGrain : IGrainWithStringKey, IWakeable
{
    /// <summary>Checks the change against running deployments, records it and starts its deployment. Nothing has changed if the answer is not accepted.</summary>
    [Alias("Change")]
    Task<ChangeResult> ChangeAsync(ChangeSet change);

    /// <summary>Stops a deployment; unless <paramref name="force"/>, by a new one that leads back to where it began. Null: there is no such deployment.</summary>
    [Alias("Cancel")]
    Task<ChangeResult?> CancelAsync(string deploymentId, bool force);

    /// <summary>The tree as it stands, or at an older version; null if that version is not kept.</summary>
    [AlwaysInterleave, Alias("Get")]
    Task<GroupTree?> GetAsync(string? version = null);

    /// <summary>The versions of the tree that are kept and had this group, oldest first.</summary>
    [AlwaysInterleave, Alias("GetVersions")]
    Task<ValueList<string>> GetVersionsAsync(string group = "/");

    /// <summary>The gate gives up what it has in memory and is activated anew from its records, where the cluster sees fit. Changes meanwhile wait.</summary>
    [Alias("Abdicate")]
    Task AbdicateAsync();

    /// <summary>The running deployment that holds an app, by the app's path.</summary>
    [AlwaysInterleave, Alias("GetLocks")]
    Task<ValueMap<string>> GetLocksAsync();

    /// <summary>Ids of the running deployments, oldest first.</summary>
    [AlwaysInterleave, Alias("GetDeployments")]
    Task<ValueList<string>> GetDeploymentsAsync();

    /// <summary>A running deployment as it was accepted; null if it has ended.</summary>
    [AlwaysInterleave, Alias("GetDeployment")]
    Task<DeploymentStart?> GetDeploymentAsync(string deploymentId);

    /// <summary>The definitions as the tree has them now, or had them at an older version, of the app with this path or of all apps below it (<c>/</c>: all); null if that version is not kept.</summary>
    /// <remarks>An app that runs at an older version is asked for the definition; one that was forgotten since is left out.</remarks>
    [AlwaysInterleave, Alias("GetApps")]
    Task<ValueMap<AppVersion>?> GetAppsAsync(string path, string? version = null);

    /// <summary>Sets how much the definitions in a group may come to; null: no limit of its own. Durable when it returns. What is beyond it already stays.</summary>
    [Alias("SetLimit")]
    Task SetLimitAsync(string group, GroupLimit? limit);

    /// <summary>The limits by the path of the group, with what its definitions come to.</summary>
    [AlwaysInterleave, Alias("GetLimits")]
    Task<ValueMap<GroupLimitStatus>> GetLimitsAsync();

    /// <summary>A change of a job asks for more: what groups would have beyond their limits with it; nothing: it may be made, and counts from now on.</summary>
    /// <param name="claim">The change.</param>
    /// <param name="dryRun">Only asks.</param>
    /// <exception cref="InvalidOperationException">Another activation of the jobs' gate has taken the place of the one that asks, or it has told something later.</exception>
    [Alias("ClaimJobs")]
    Task<ValueList<GroupExcess>> ClaimJobsAsync(JobClaim claim, bool dryRun);

    /// <summary>What the jobs of these groups come to now, after a change was made or given up. From another activation than the one before: it has started.</summary>
    [Alias("JobsChanged")]
    Task JobsChangedAsync(JobUses told);

    /// <summary>Secrets have new values: apps that use them, and ask for it, are told or replaced. Durable when it returns; what was heard of does nothing.</summary>
    /// <param name="changes">The number of the change, by the path of the secret. Changes that come later have greater numbers.</param>
    [Alias("SecretsChanged")]
    Task SecretsChangedAsync(ValueMap<long> changes);

    /// <summary>A deployment lost what it held in memory: it is started again if it still runs.</summary>
    [OneWay, Alias("ResumeDeployment")]
    Task ResumeDeploymentAsync(string deploymentId);

    /// <summary>A deployment ended; its apps are free for the next one.</summary>
    /// <param name="deploymentId">The deployment.</param>
    /// <param name="failure">Why it failed: a new deployment leads back to where it began. Null: it reached its end.</param>
    [Alias("DeploymentEnded")]
    Task DeploymentEndedAsync(string deploymentId, string? failure);
}
