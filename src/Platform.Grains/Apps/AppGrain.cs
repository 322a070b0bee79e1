using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Grains.Apps;

/// <summary>One app: records what is reported and ordered, asks <see cref="AppReconciler"/> what to do, records that, and does it.</summary>
/// <remarks>
/// All messages of a burst share one write and one decision. Nothing leaves the grain before what it follows from is stored, and every
/// effect may be repeated.
/// </remarks>
[Reentrant, KeepAlive]
public sealed partial class AppGrain : Grain, IAppGrain
{
    private readonly IPersistentState<AppState> _head;
    private readonly IPersistentItems<InstanceState> _instanceItems;
    private readonly IPersistentItems<AppVersion> _versions;
    private readonly IPersistentItems<TaskFailure> _failures;
    private readonly AppOptions _options;
    private readonly IMetricSource _metricSource;
    private readonly TimeProvider _time;
    private readonly ILogger<AppGrain> _logger;
    private readonly CoalescingWriter _writer;
    private AppInstances _instances = null!;
    private AppDemands _demands = null!;
    private AppTarget? _target;
    private AppTarget? _previous;
    private AppStatus? _status;
    private bool _headChanged;

    // Orders under way: the first makes an app of a path that was only asked for until then.
    private int _ordering;
    private IGrainTimer? _timer;

    /// <summary>Made by the runtime.</summary>
    public AppGrain(
        [PersistentState("app", "platform")] IPersistentState<AppState> head,
        [PersistentItems("instances", "platform")] IPersistentItems<InstanceState> instances,
        [PersistentItems("versions", "platform")] IPersistentItems<AppVersion> versions,
        [PersistentItems("failures", "platform")] IPersistentItems<TaskFailure> failures,
        IOptions<AppOptions> options,
        IMetricSource metricSource,
        TimeProvider time,
        ILogger<AppGrain> logger)
    {
        _head = head;
        _instanceItems = instances;
        _versions = versions;
        _failures = failures;
        _options = options.Value;
        _metricSource = metricSource;
        _time = time;
        _logger = logger;
        _writer = new(WriteAsync);
    }

    private string Id => this.GetPrimaryKeyString();

    private string Owner => TaskOwners.OfApp(Id);

    private AppState State => _head.State;

    private IAllocatorGrain Allocator => GrainFactory.GetGrain<IAllocatorGrain>(0);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _instances = new(_instanceItems);
        _demands = new(Id, Owner);
        _load = new(GrainFactory, _metricSource, _time);
        SetTargets();
        if (State.Target is null && _instances.Count == 0)
            return;
        await ResyncAsync();
        _timer = this.RegisterGrainTimer(RecoverAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> GetVersionsAsync() =>
        Task.FromResult(_versions.Items.Keys.Order(StringComparer.Ordinal).ToValueList());

    /// <inheritdoc/>
    public Task<AppVersion?> GetVersionAsync(string version) => Task.FromResult(_versions.Items.GetValueOrDefault(version));

    /// <inheritdoc/>
    public async Task ExecuteAsync(AppOrder order)
    {
        _ordering++;
        try
        {
            await TakeAsync(order);
        }
        finally
        {
            _ordering--;
        }
    }

    private async Task TakeAsync(AppOrder order)
    {
        if (State.LastEnd is { } ended && ended.DeploymentId == order.DeploymentId && ended.Kind == order.Kind)
        {
            await _writer.WriteAsync();
            Tell(ended);
            return;
        }
        if (order.Kind == DeploymentActionKind.Stop && State.Target is null && _instances.Count == 0)
        {
            Tell(new(order.DeploymentId, order.Kind, null));
            DeactivateOnIdle();
            return;
        }
        var repeated = State.Order is { } current && current.DeploymentId == order.DeploymentId && current.Kind == order.Kind;
        if (repeated && !State.Rollout.Halted)
        {
            await _writer.WriteAsync();
            return;
        }
        if (State.Target is null && order.Target is not null)
            await GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Apps).AddAsync([Id]);
        if (repeated)
            State.Rollout = State.Rollout with { Halted = false, GangExpired = false, ProgressAt = _time.GetUtcNow() };
        else
            Take(order);
        Changed();
        await _writer.WriteAsync();
        LogOrdered(Id, order.DeploymentId, order.Kind, State.Target?.Version, State.Target?.Spec.Instances ?? 0);
        await ActAsync();
    }

    /// <inheritdoc/>
    public async Task AbandonAsync(string deploymentId)
    {
        if (State.Order?.DeploymentId != deploymentId || State.Rollout.Halted)
            return;
        State.Rollout = State.Rollout with { Halted = true };
        Changed();
        await _writer.WriteAsync();
        LogAbandoned(Id, deploymentId);
        await ActAsync();
    }

    /// <inheritdoc/>
    public async Task<bool> PromoteAsync()
    {
        if (State.Order is not { Kind: DeploymentActionKind.Restart } || State.Rollout.Halted || State.Rollout.SkipCanary
            || State.Target?.Spec.Extension?.Canary is null)
            return false;
        State.Rollout = State.Rollout with { PromoteRequested = true };
        Changed();
        await _writer.WriteAsync();
        LogPromoted(Id, State.Rollout.CanaryStep + 1);
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public async Task ResetDelayAsync()
    {
        if (State.Delays.IsEmpty)
            return;
        State.Delays = default;
        Changed();
        await _writer.WriteAsync();
        LogDelayReset(Id);
        await ActAsync();
    }

    /// <inheritdoc/>
    public async Task<ValueList<InstanceStatus>> KillAsync(ValueList<string> taskIds, bool wipe)
    {
        var killed = new List<InstanceStatus>();
        var chosen = taskIds.IsEmpty
            ? _instances.All.ToList()
            : taskIds.Select(_instances.FindByTask).OfType<AppInstance>().Distinct().ToList();
        foreach (var instance in chosen)
        {
            killed.Add(instance.Status);
            Doom(instance, wipe || instance.State.Volumes.IsEmpty ? InstanceGoal.Decommissioned : InstanceGoal.Stopped, "killed by request");
        }
        if (killed.Count == 0)
            return default;
        Changed(head: false);
        LogKilledByRequest(Id, killed.Count, wipe);
        _mustDecide = true;
        await SettleAsync();
        return killed.ToValueList();
    }

    private void Take(AppOrder order)
    {
        var now = _time.GetUtcNow();
        State.Order = new()
        {
            DeploymentId = order.DeploymentId,
            Kind = order.Kind,
            StartedAt = now,
            KillFirst = order.KillFirst,
            Wipe = order.Wipe,
        };
        State.Rollout = RolloutState.Begin(
            State.Rollout, State.Target?.LastConfigChangeAt, State.Previous?.LastConfigChangeAt, order.Target?.LastConfigChangeAt, now);
        if (order.Target is not { } target)
            return;
        TellChecks(target, now);
        var config = target.LastConfigChangeAt;
        if (State.Target is { } standing && standing.LastConfigChangeAt != config)
        {
            State.Previous = State.Previous?.LastConfigChangeAt == config ? null : State.Previous ?? standing;
            State.Completed = 0;
        }
        if (State.Target is { } old && (old.Spec.Instances != target.Spec.Instances || target.Spec.Extension?.Autoscaling is null || !order.KillFirst.IsEmpty))
            (State.ScaledTo, State.Autoscaled) = (null, null);
        State.Target = target;
        // A new order starts without a delay, as Marathon's restart does.
        State.Delays = State.Previous is { } previous && State.Delays.Find(previous.LastConfigChangeAt) is { } delay
            ? ValueMap.Create((previous.LastConfigChangeAt, delay))
            : default;
        _versions.Set(target.Version, target);
        foreach (var version in _versions.Items.Keys.Order(StringComparer.Ordinal).Take(Math.Max(0, _versions.Items.Count - _options.KeptVersions)).ToList())
            _versions.Remove(version);
        SetTargets();
    }

    private void SetTargets()
    {
        _target = TargetOf(State.Target);
        _previous = TargetOf(State.Previous);
        ArmMeter();
    }

    private static AppTarget? TargetOf(AppVersion? version) =>
        version is null ? null : new(version.Spec, version.Version, version.LastConfigChangeAt) { EnforceRole = version.EnforceRole };

    private void Changed(bool head = true)
    {
        _headChanged |= head;
        _status = null;
    }

    private Task WriteAsync()
    {
        if (_removed)
            return EraseAsync();
        var instances = _instanceItems.WriteAsync();
        var versions = _versions.WriteAsync();
        var failures = _failures.WriteAsync();
        if (!_headChanged)
            return versions.IsCompletedSuccessfully && failures.IsCompletedSuccessfully ? instances : Task.WhenAll(instances, versions, failures);
        _headChanged = false;
        return Task.WhenAll(instances, versions, failures, WriteHeadAsync());
    }

    private async Task EraseAsync()
    {
        await Task.WhenAll(
            _head.ClearStateAsync(),
            _instanceItems.ClearAsync(),
            _versions.ClearAsync(),
            _failures.ClearAsync(),
            GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Apps).RemoveAsync([Id]));
        _removed = false;
        _headChanged = false;
        _status = null;
        SetTargets();
    }

    private async Task WriteHeadAsync()
    {
        try
        {
            await _head.WriteStateAsync();
        }
        catch
        {
            _headChanged = true;
            throw;
        }
    }

    private void Tell(OrderEnd end) =>
        GrainFactory.GetGrain<IDeploymentGrain>(end.DeploymentId).ActionEndedAsync(Id, end.Kind, end.Failure).Ignore();

    private void Publish()
    {
        if (_events.Count == 0)
            return;
        GrainFactory.GetGrain<IEventLogGrain>(0).AppendAsync(_events.ToValueList()).Ignore();
        _events.Clear();
    }
}
