using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Groups;
using Platform.Grains.Events;

namespace Platform.Grains.Groups;

/// <summary>The gate: decides in memory, stores all decisions that came meanwhile in one step, then starts their deployments.</summary>
[Reentrant, KeepAlive, GrainType("group")]
public sealed partial class GroupGrain : Grain, IGroupGrain
{
    private readonly IPersistentItems<GroupItem> _items;
    private readonly GroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GroupGrain> _logger;
    private readonly CoalescingWriter _writer;
    private GroupLedger _ledger = null!;
    private GroupGate _gate = null!;
    private Exception? _broken;

    /// <summary>Made by the runtime.</summary>
    public GroupGrain(
        [PersistentItems("tree", "platform")] IPersistentItems<GroupItem> items,
        IOptions<GroupOptions> options,
        TimeProvider time,
        ILogger<GroupGrain> logger)
    {
        _items = items;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _writer = new(WriteAsync);
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _ledger = new(_items, _options.KeptVersions);
        _gate = new(_ledger, _options);
        PublishRegistered();
        this.RegisterGrainTimer(ResumeAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _options.ResumeInterval) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ChangeResult> ChangeAsync(ChangeSet change)
    {
        ThrowIfBroken();
        if (GroupLimits.Concern(_ledger.Limits, change))
        {
            await KnowJobsAsync();
            ThrowIfBroken();
        }
        var decision = _gate.Decide(change, _time.GetUtcNow(), NewId);
        if (!decision.Accepted)
        {
            var (problems, conflicts) = (string.Join("; ", decision.Result.Problems), string.Join(", ", decision.Result.Conflicts));
            LogRefused(decision.Result.Outcome, decision.Result.Subject, problems, conflicts);
            if (!change.DryRun)
                PublishChange(GroupOf(change), TreeVersion.Of(_time.GetUtcNow()), $"{decision.Result.Outcome}: {decision.Result.Subject}{problems}{conflicts}");
            return decision.Result;
        }
        if (!change.DryRun)
            await CarryOutAsync(decision, GroupOf(change), "superseded by a forced change");
        return decision.Result;
    }

    /// <inheritdoc/>
    public async Task<ChangeResult?> CancelAsync(string deploymentId, bool force)
    {
        ThrowIfBroken();
        if (!_ledger.Deployments.TryGetValue(deploymentId, out var start))
            return null;
        LogCanceled(deploymentId, force);
        if (!force)
        {
            var decision = _gate.Revert(deploymentId, _time.GetUtcNow(), NewId);
            if (decision.Accepted)
                await CarryOutAsync(decision, AppPath.Root, "reverted on request");
            return decision.Result;
        }
        await CarryOutAsync(_gate.Stop(deploymentId, _time.GetUtcNow(), NewId), null, "stopped on request");
        return new() { Version = start.Version, DeploymentId = deploymentId };
    }

    /// <inheritdoc/>
    public Task ResumeDeploymentAsync(string deploymentId)
    {
        if (_ledger.Deployments.ContainsKey(deploymentId))
            return BeginAsync(deploymentId, isAsked: true);
        return _ledger.Abandoned.ContainsKey(deploymentId)
            ? StopAsync(deploymentId)
            : GrainFactory.GetGrain<IDeploymentGrain>(deploymentId).ForgetAsync();
    }

    /// <inheritdoc/>
    public async Task DeploymentEndedAsync(string deploymentId, string? failure)
    {
        ThrowIfBroken();
        var deployment = GrainFactory.GetGrain<IDeploymentGrain>(deploymentId);
        if (!_ledger.Deployments.TryGetValue(deploymentId, out var start))
        {
            // Told again, maybe while the note of its end is still being written: the deployment may forget only after that.
            await _writer.WriteAsync();
            if (!_ledger.Abandoned.ContainsKey(deploymentId))
                await deployment.ForgetAsync();
            return;
        }
        if (failure is not null)
        {
            var decision = _gate.Revert(deploymentId, _time.GetUtcNow(), NewId);
            LogFailed(deploymentId, failure, decision.Result.Outcome, decision.Result.DeploymentId);
            if (!decision.Canceled.Contains(deploymentId))
                decision = _gate.Stop(deploymentId, _time.GetUtcNow(), NewId);
            await CarryOutAsync(decision, decision.Start is null ? null : AppPath.Root, failure);
            return;
        }
        _ledger.Unlock(deploymentId);
        // Who hears of the end may change the same apps at once. After a crash before the write it ends, and is told, again.
        PublishEnd(deploymentId, start, failure);
        await _writer.WriteAsync();
        await deployment.ForgetAsync();
        FollowSecrets();
    }

    /// <inheritdoc/>
    public Task<GroupTree?> GetAsync(string? version = null) =>
        Task.FromResult(version is null ? Current() : TreeHistory.At(_ledger, version)?.Tree);

    /// <inheritdoc/>
    public async Task<ValueMap<AppVersion>?> GetAppsAsync(string path, string? version = null)
    {
        var past = version is null ? new(Current()!, _ledger.Apps) : TreeHistory.At(_ledger, version);
        if (past is null)
            return null;
        var definitions = new Dictionary<string, AppVersion>(StringComparer.Ordinal);
        var asked = new List<Task<AppVersion?>>();
        foreach (var (appId, appVersion) in past.Tree.Apps.Where(app => AppPath.IsWithin(app.Key, path)))
        {
            if (past.Definitions.TryGetValue(appId, out var known) && known.Version == appVersion)
                definitions[appId] = known;
            else
                asked.Add(GrainFactory.GetGrain<IAppGrain>(appId).GetVersionAsync(appVersion));
        }
        foreach (var definition in await Task.WhenAll(asked))
        {
            if (definition is not null)
                definitions[definition.Spec.Id] = definition;
        }
        return definitions.ToValueMap();
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> GetVersionsAsync(string group = AppPath.Root) => Task.FromResult(_ledger.VersionsWith(group).ToValueList());

    /// <inheritdoc/>
    public Task AbdicateAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> GetDeploymentsAsync() => Task.FromResult(_ledger.DeploymentOrder.ToValueList());

    /// <inheritdoc/>
    public Task<DeploymentStart?> GetDeploymentAsync(string deploymentId) => Task.FromResult(_ledger.Deployments.GetValueOrDefault(deploymentId));

    /// <inheritdoc/>
    public Task<ValueMap<string>> GetLocksAsync() => Task.FromResult(_ledger.Locks.ToValueMap());

    private static string NewId() => Guid.NewGuid().ToString();

    /// <summary>Records a decision and does what follows from it.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="group">The group that the change is about; null: nothing of the tree changes.</param>
    /// <param name="reasonForCanceled">Why deployments give way.</param>
    private async Task CarryOutAsync(GroupDecision decision, string? group, string reasonForCanceled)
    {
        var canceled = decision.Canceled.Select(id => (Id: id, Start: _ledger.Deployments[id])).ToList();
        var starts = decision.Starts.Select(start => start.Key).ToList();
        _ledger.Apply(decision, reasonForCanceled);
        _unwritten.UnionWith(starts);
        await _writer.WriteAsync();
        _unwritten.ExceptWith(starts);
        if (group is not null)
        {
            LogAccepted(decision.Result.Version, decision.Result.DeploymentId, decision.Apps.Count, decision.Result.Plan?.Steps.Count ?? 0, canceled.Count);
            PublishChange(group, decision.Result.Version, null);
        }
        foreach (var (id, start) in canceled)
            PublishEnd(id, start, reasonForCanceled);
        var begun = Task.WhenAll([.. starts.Select(id => BeginAsync(id)), .. decision.Canceled.Select(StopAsync)]);
        var done = Task.WhenAll([.. decision.Canceled.Select(id => LetGoAsync(id, begun))]);
        await AnswerInTimeAsync(decision.Start is null ? done : begun);
        done.Ignore();
        if (canceled.Count > 0)
            FollowSecrets();
        if (group is not null && decision.Start is null)
            PublishEnd(decision.Result.DeploymentId, new() { Version = decision.Result.Version, Plan = new(default) }, null);
    }

    private async Task WriteAsync()
    {
        ThrowIfBroken();
        try
        {
            await _items.WriteAsync();
        }
        catch (Exception failure)
        {
            // What was refused must not come with the next write: the next activation begins from what is stored.
            _broken = failure;
            LogBroken(failure);
            DeactivateOnIdle();
            throw;
        }
    }

    private void ThrowIfBroken()
    {
        if (_broken is not null)
            throw new StorageException(_broken.Message, _broken);
    }

    private GroupTree Current() => new()
    {
        Version = _ledger.Version,
        Groups = _ledger.Groups.ToValueMap(),
        Apps = _ledger.Apps.Select(app => KeyValuePair.Create(app.Key, app.Value.Version)).ToValueMap(),
    };

    // The group that a change is about, as Marathon names it: the one that is put, or the closest that holds all its apps.
    private static string GroupOf(ChangeSet change)
    {
        if (change.Groups.Count > 0)
            return change.Groups.AsEnumerable().Select(group => group.Path).MinBy(path => path.Length)!;
        return change.Apps.Count == 0
            ? AppPath.Root
            : AppPath.Ancestors(change.Apps[0].AppId).FirstOrDefault(group => change.Apps.AsEnumerable().All(app => AppPath.IsWithin(app.AppId, group)), AppPath.Root);
    }

    private void PublishChange(string group, string version, string? refusal) =>
        PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), new GroupChanged(group, version, refusal));

    // It is this grain that tells it: only here is it known that the apps are free again.
    private void PublishEnd(string deploymentId, DeploymentStart start, string? failure) =>
        PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), new DeploymentEnded(deploymentId, start.Version, start.Plan, failure));
}
