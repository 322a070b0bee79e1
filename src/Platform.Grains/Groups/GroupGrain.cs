using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Grains.Events;

namespace Platform.Grains.Groups;

/// <summary>The gate: decides in memory, stores all decisions that came meanwhile in one step, then starts their deployments.</summary>
[Reentrant, KeepAlive]
public sealed partial class GroupGrain : Grain, IGroupGrain
{
    private readonly IPersistentItems<GroupItem> _items;
    private readonly GroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GroupGrain> _logger;
    private readonly CoalescingWriter _writer;
    private GroupLedger _ledger = null!;
    private GroupGate _gate = null!;
    private StorageException? _broken;

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
        this.RegisterGrainTimer(ResumeAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _options.ResumeInterval) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<ChangeResult> ChangeAsync(ChangeSet change)
    {
        ThrowIfBroken();
        var decision = _gate.Decide(change, _time.GetUtcNow(), Guid.NewGuid().ToString());
        if (!decision.Accepted)
        {
            LogRefused(decision.Result.Outcome, decision.Result.Subject, string.Join("; ", decision.Result.Problems), string.Join(", ", decision.Result.Conflicts));
            return decision.Result;
        }
        if (!change.DryRun)
            await CarryOutAsync(decision, "superseded by a forced change");
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
            var decision = _gate.Revert(deploymentId, _time.GetUtcNow(), Guid.NewGuid().ToString());
            if (decision.Accepted)
                await CarryOutAsync(decision, "reverted on request");
            return decision.Result;
        }
        _ledger.Unlock(deploymentId);
        await _writer.WriteAsync();
        await GrainFactory.GetGrain<IDeploymentGrain>(deploymentId).AbandonAsync("stopped on request");
        return new() { Version = start.Version, DeploymentId = deploymentId };
    }

    /// <inheritdoc/>
    public Task ResumeDeploymentAsync(string deploymentId)
    {
        var deployment = GrainFactory.GetGrain<IDeploymentGrain>(deploymentId);
        return _ledger.Deployments.TryGetValue(deploymentId, out var start) ? deployment.StartAsync(start) : deployment.ForgetAsync();
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
            await deployment.ForgetAsync();
            return;
        }
        if (failure is not null)
        {
            var decision = _gate.Revert(deploymentId, _time.GetUtcNow(), Guid.NewGuid().ToString());
            LogFailed(deploymentId, failure, decision.Result.Outcome, decision.Result.DeploymentId);
            if (decision.Accepted)
            {
                await CarryOutAsync(decision, failure);
                return;
            }
        }
        _ledger.Unlock(deploymentId);
        await _writer.WriteAsync();
        await deployment.ForgetAsync();
        if (failure is null)
            Publish("group_change_success", start, null);
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
    public Task<ValueList<string>> GetVersionsAsync() => Task.FromResult(_ledger.Revisions.Select(revision => revision.Version).ToValueList());

    /// <inheritdoc/>
    public Task<ValueList<string>> GetDeploymentsAsync() => Task.FromResult(_ledger.DeploymentOrder.ToValueList());

    /// <inheritdoc/>
    public Task<ValueMap<string>> GetLocksAsync() => Task.FromResult(_ledger.Locks.ToValueMap());

    private async Task CarryOutAsync(GroupDecision decision, string reasonForCanceled)
    {
        _ledger.Apply(decision);
        await _writer.WriteAsync();
        LogAccepted(decision.Result.Version, decision.Result.DeploymentId, decision.Apps.Count, decision.Result.Plan?.Steps.Count ?? 0, decision.Canceled.Count);
        if (decision.Canceled.Count > 0)
            await Task.WhenAll(decision.Canceled.Select(id => GrainFactory.GetGrain<IDeploymentGrain>(id).AbandonAsync(reasonForCanceled)));
        if (decision.Start is not null)
            await GrainFactory.GetGrain<IDeploymentGrain>(decision.Result.DeploymentId).StartAsync(decision.Start);
        else if (decision.Groups.Count > 0)
            Publish("group_change_success", decision.Result.Version, decision.Groups.Keys.MinBy(path => path.Length)!, null);
    }

    // A start that is repeated finds a deployment that runs, goes on, or has ended and says so again.
    private async Task ResumeAsync()
    {
        foreach (var id in _ledger.DeploymentOrder.ToArray())
        {
            if (_ledger.Deployments.TryGetValue(id, out var start))
                await GrainFactory.GetGrain<IDeploymentGrain>(id).StartAsync(start);
        }
    }

    private async Task WriteAsync()
    {
        ThrowIfBroken();
        try
        {
            await _items.WriteAsync();
        }
        catch (StorageException failure)
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

    private void Publish(string type, DeploymentStart start, string? reason)
    {
        var apps = GroupLedger.AppsOf(start).ToList();
        var path = apps.Count == 1
            ? AppPath.Parent(apps[0])
            : AppPath.Ancestors(apps[0]).First(group => apps.TrueForAll(app => AppPath.IsWithin(app, group)));
        Publish(type, start.Version, path, reason);
    }

    private void Publish(string type, string version, string groupId, string? reason) =>
        PlatformEvents.Publish(GrainFactory, PlatformEvents.Create(type, _time.GetUtcNow(), (version, groupId, reason), static (json, state) =>
        {
            json.WriteString("groupId", state.groupId);
            json.WriteString("version", state.version);
            if (state.reason is not null)
                json.WriteString("reason", state.reason);
        }));
}
