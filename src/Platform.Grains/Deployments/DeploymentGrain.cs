using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;

namespace Platform.Grains.Deployments;

/// <summary>Carries out one step after the other. Every order is idempotent, so a step that was begun is simply begun again after a crash.</summary>
[Reentrant]
public sealed partial class DeploymentGrain(
    [PersistentState("progress", "platform")] IPersistentState<DeploymentProgress> progress,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<DeploymentGrain> logger) : Grain, IDeploymentGrain
{
    private readonly Dictionary<string, DeploymentActionKind> _open = new(StringComparer.Ordinal);
    private Dictionary<string, AppChange> _hints = [];
    private DeploymentStart? _start;
    private int _step;
    private bool _paused;
    private bool _begun;
    private bool _ended;
    private bool _forgotten;
    private CoalescingWriter? _coalescing;
    private string? _failure;
    private string? _planJson;
    private IGrainTimer? _repeat;

    private CoalescingWriter Writer => _coalescing ??= new(StoreAsync);

    private string Id => this.GetPrimaryKeyString();

    private DeploymentStep Current => _start!.Plan.Steps[_step - 1];

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (progress.State.Start is { } start)
            Load(start);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StartAsync(DeploymentStart start)
    {
        if (_begun)
        {
            if (_ended)
                TellEnd();
            return;
        }
        _begun = true;
        if (_start is null)
            Load(start);
        if (_step > start.Plan.Steps.Count)
            End(null);
        else
            BeginStepAsync().Ignore();
        await RecordAsync();
    }

    /// <inheritdoc/>
    public async Task ActionEndedAsync(string appId, DeploymentActionKind kind, string? failure)
    {
        if (_start is null)
            AskToResume();
        if (_start is null || _ended || !_open.TryGetValue(appId, out var expected) || expected != kind)
            return;
        if (failure is not null)
        {
            LogStepFailed(Id, _step, appId, failure);
            PublishStep("deployment_step_failure");
            await AbandonOpenAsync();
            End($"{appId}: {failure}");
            return;
        }
        _open.Remove(appId);
        if (_open.Count > 0)
            return;
        LogStepEnded(Id, _step, _start.Plan.Steps.Count);
        PublishStep("deployment_step_success");
        if (_step == _start.Plan.Steps.Count)
        {
            End(null);
            return;
        }
        _step++;
        await SaveAsync();
        if (!_ended)
            await BeginStepAsync();
    }

    /// <inheritdoc/>
    public async Task AbandonAsync(string reason)
    {
        if (_start is not null && !_ended)
        {
            _ended = true;
            LogAbandoned(Id, reason);
            await AbandonOpenAsync();
        }
        await ForgetAsync();
    }

    /// <inheritdoc/>
    public async Task<bool> PauseAsync()
    {
        if (_start is null || _ended)
            return false;
        if (!_paused)
        {
            _paused = true;
            await SaveAsync();
            LogPaused(Id, _step);
            await Task.WhenAll(_open.Keys.Select(appId => GrainFactory.GetGrain<IAppGrain>(appId).AbandonAsync(Id)));
        }
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> ResumeAsync()
    {
        if (_start is null || _ended)
            return false;
        if (_paused)
        {
            _paused = false;
            await SaveAsync();
            LogResumed(Id, _step);
            await RepeatAsync();
        }
        return true;
    }

    /// <inheritdoc/>
    public async Task ForgetAsync()
    {
        _repeat?.Dispose();
        if (_forgotten)
            return;
        _forgotten = true;
        await Writer.WriteAsync();
        DeactivateOnIdle();
    }

    /// <inheritdoc/>
    public Task<DeploymentStatus?> GetStatusAsync()
    {
        if (_start is null)
            AskToResume();
        return Task.FromResult(_start is null || _ended ? null : new DeploymentStatus
        {
            Id = Id,
            Start = _start,
            CurrentStep = _step,
            EndedApps = Current.Actions.Where(action => !_open.ContainsKey(action.AppId)).Select(action => action.AppId).ToValueList(),
            Paused = _paused,
        });
    }

    private void Load(DeploymentStart start)
    {
        _start = start;
        _hints = start.Changes.ToDictionary(change => change.AppId, StringComparer.Ordinal);
        _step = Math.Max(progress.State.Step, 1);
        _paused = progress.State.Paused;
        if (_step <= start.Plan.Steps.Count)
            OpenStep();
        _repeat = this.RegisterGrainTimer(RepeatAsync, new GrainTimerCreationOptions(options.Value.RepeatAfter, options.Value.RepeatAfter) { KeepAlive = true, Interleave = true });
    }

    // Nothing waits for it: who started it has it on record as well. With it, an activation that follows this one goes on by itself.
    private async Task RecordAsync()
    {
        if (progress.State.Start is not null || _ended || _forgotten)
            return;
        progress.State.Start = _start;
        try
        {
            await SaveAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotRecorded(failure, Id);
        }
    }

    // This activation is new and nobody has told it what it is about.
    private void AskToResume() => GrainFactory.GetGrain<IGroupGrain>(AppPath.Root).ResumeDeploymentAsync(Id).Ignore();

    private Task BeginStepAsync()
    {
        OpenStep();
        LogStepBegun(Id, _step, _start!.Plan.Steps.Count, Current.Actions.Count);
        PublishStep("deployment_info");
        return RepeatAsync();
    }

    private void OpenStep()
    {
        foreach (var action in Current.Actions)
            _open[action.AppId] = action.Kind;
    }

    private async Task RepeatAsync()
    {
        if (_ended)
            TellEnd();
        else if (!_paused)
            await Task.WhenAll(_open.Select(open => OrderAsync(open.Key, open.Value)).ToArray());
    }

    // An order that does not get through is repeated later; the deployment waits for it.
    private async Task OrderAsync(string appId, DeploymentActionKind kind)
    {
        var hint = _hints.GetValueOrDefault(appId);
        try
        {
            await GrainFactory.GetGrain<IAppGrain>(appId).ExecuteAsync(new()
            {
                DeploymentId = Id,
                Kind = kind,
                Target = _start!.Targets.Find(appId),
                KillFirst = hint?.KillFirst ?? default,
                Wipe = hint?.Wipe ?? false,
            });
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogOrderFailed(failure, Id, kind, appId, options.Value.RepeatAfter);
        }
    }

    private Task AbandonOpenAsync()
    {
        var open = _open.Keys.ToArray();
        _open.Clear();
        return Task.WhenAll(open.Select(appId => GrainFactory.GetGrain<IAppGrain>(appId).AbandonAsync(Id)));
    }

    private void End(string? failure)
    {
        _ended = true;
        _failure = failure;
        LogEnded(Id, failure ?? "success");
        TellEnd();
    }

    private void TellEnd() => GrainFactory.GetGrain<IGroupGrain>(AppPath.Root).DeploymentEndedAsync(Id, _failure).Ignore();

    private Task SaveAsync()
    {
        progress.State.Step = _step;
        progress.State.Paused = _paused;
        return Writer.WriteAsync();
    }

    // One write at a time: a pause and the end of a step may come together.
    private Task StoreAsync() =>
        !_forgotten ? progress.WriteStateAsync() : progress.RecordExists ? progress.ClearStateAsync() : Task.CompletedTask;
}
