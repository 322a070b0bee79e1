using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Contracts.Recovery;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Groups;
using Platform.Grains.Ownership;

namespace Platform.Grains.Deployments;

/// <summary>Carries out one step after the other. Every order is idempotent, so a step that was begun is simply begun again after a crash.</summary>
[Reentrant, GrainType("deployment")]
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
    private int _turn;
    private bool _paused;
    private bool _begun;
    private bool _isAsking;
    private bool _ended;
    private bool _forgotten;
    private bool _isGone;
    private Task? _told;
    private CoalescingWriter? _coalescing;
    private string? _failure;
    private IGrainTimer? _repeat;

    private CoalescingWriter Writer => _coalescing ??= new(StoreAsync);

    private string Id => this.GetPrimaryKeyString();

    private DeploymentStep Current => _start!.Plan.Steps[_step - 1];

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (progress.State.Start is { } start)
        {
            Load(start);
            if (!progress.State.Abandoned)
                AskToResume();
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync()
    {
        AskToResume();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StartAsync(DeploymentStart start)
    {
        if (progress.State.Abandoned || _forgotten)
            return;
        if (_isGone)
            throw new InvalidOperationException("What this activation decided is not stored; the next one begins with what is.");
        if (_begun)
        {
            if (_ended)
                TellEnd();
            return;
        }
        _begun = true;
        if (_start is null)
            Load(start);
        _repeat?.Change(options.Value.RepeatAfter, options.Value.RepeatAfter);
        if (_step > start.Plan.Steps.Count)
            End(null);
        else
            BeginStepAsync().Ignore();
        await RecordAsync();
    }

    /// <inheritdoc/>
    public async Task ActionEndedAsync(string appId, DeploymentActionKind kind, string? failure)
    {
        if (!_begun)
            AskToResume();
        if (!_begun || _start is null || _ended || !_open.TryGetValue(appId, out var expected) || expected != kind)
            return;
        if (failure is not null)
        {
            LogStepFailed(Id, _step, appId, failure);
            PublishStep(DeploymentStepPhase.Failed);
            End($"{appId}: {failure}");
            return;
        }
        _open.Remove(appId);
        if (_open.Count > 0)
            return;
        LogStepEnded(Id, _step, _start.Plan.Steps.Count);
        PublishStep(DeploymentStepPhase.Done);
        if (_step == _start.Plan.Steps.Count)
        {
            End(null);
            return;
        }
        _step++;
        _turn++;
        await SaveAsync();
        if (!_ended)
            await BeginStepAsync();
    }

    /// <inheritdoc/>
    public async Task AbandonAsync(string reason)
    {
        if (!progress.State.Abandoned && !_forgotten)
        {
            _ended = true;
            progress.State.Abandoned = true;
            LogAbandoned(Id, reason);
        }
        _repeat?.Dispose();
        await Writer.WriteAsync();
    }

    /// <inheritdoc/>
    public Task LetGoAsync(AbandonedDeployment deployment, ValueList<string> taken)
    {
        var others = taken.ToHashSet(StringComparer.Ordinal);
        var term = OrderTerm.Last(deployment.Version);
        return Task.WhenAll(deployment.Apps.Select(appId => PatientCall.AskAsync(
            () => GrainFactory.GetGrain<IAppGrain>(appId).AbandonAsync(Id, term, others.Contains(appId)), () => !_isGone, time)));
    }

    /// <inheritdoc/>
    public async Task<bool> PauseAsync()
    {
        if (_start is null || _ended)
            return false;
        if (!_paused)
        {
            _paused = true;
            _turn++;
            await SaveAsync();
            LogPaused(Id, _step);
            await SendAsync();
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
            _turn++;
            await SaveAsync();
            LogResumed(Id, _step);
            await SendAsync();
        }
        return true;
    }

    /// <inheritdoc/>
    public async Task ForgetAsync()
    {
        _repeat?.Dispose();
        _ended = true;
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
        // One that has ended is shown until the tree has taken note of it: its apps are free only then.
        return Task.FromResult(_start is null || progress.State.Abandoned || _forgotten ? null : new DeploymentStatus
        {
            Id = Id,
            Start = _start,
            CurrentStep = Math.Min(_step, _start.Plan.Steps.Count),
            EndedApps = _step > _start.Plan.Steps.Count ? default : Current.Actions.Where(action => !_open.ContainsKey(action.AppId)).Select(action => action.AppId).ToValueList(),
            Paused = _paused,
        });
    }

    private void Load(DeploymentStart start)
    {
        _start = start;
        _hints = start.Changes.ToDictionary(change => change.AppId, StringComparer.Ordinal);
        _step = Math.Max(progress.State.Step, 1);
        _turn = Math.Max(progress.State.Turn, 1);
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
        await SaveAsync();
    }

    // This activation is new: what it is about, or whether that still counts, only the tree knows. It is asked until it has said so.
    private void AskToResume()
    {
        if (!_isAsking)
            AskUntilKnownAsync().Ignore();
    }

    private async Task AskUntilKnownAsync()
    {
        _isAsking = true;
        do
        {
            GrainFactory.GetGrain<IGroupGrain>(AppPath.Root).ResumeDeploymentAsync(Id).Ignore();
            await Task.Delay(Insistence.Pause, time);
        }
        while (!_begun && !_forgotten && !_isGone && !progress.State.Abandoned);
        _isAsking = false;
    }

    private Task BeginStepAsync()
    {
        OpenStep();
        LogStepBegun(Id, _step, _start!.Plan.Steps.Count, Current.Actions.Count);
        PublishStep(DeploymentStepPhase.Begun);
        return SendAsync();
    }

    private void OpenStep()
    {
        foreach (var action in Current.Actions)
            _open[action.AppId] = action.Kind;
    }

    private Task RepeatAsync()
    {
        // The tree says whether it still holds this deployment: only then may an activation act on what an earlier one recorded, or go on.
        AskToResume();
        if (_ended)
            TellEnd();
        return _begun ? SendAsync() : Task.CompletedTask;
    }

    private Task SendAsync() => _ended || _isGone
        ? Task.CompletedTask
        : Task.WhenAll(_open.Select(open => _paused ? HaltAsync(open.Key) : OrderAsync(open.Key, open.Value)).ToArray());

    private bool IsWanted(string appId, DeploymentActionKind kind, int turn) =>
        !_ended && !_isGone && !_paused && turn == _turn && _open.TryGetValue(appId, out var open) && open == kind;

    private Task<T> AskAsync<T>(string appId, Func<IAppGrain, Task<T>> ask, int turn) =>
        PatientCall.AskAsync(() => ask(GrainFactory.GetGrain<IAppGrain>(appId)), () => turn == _turn && !_ended && !_isGone && !_paused, time);

    private OrderTerm Term => new(_start!.Version, _turn);

    // An order that does not get through is repeated later; the deployment waits for it.
    private async Task OrderAsync(string appId, DeploymentActionKind kind)
    {
        var hint = _hints.GetValueOrDefault(appId);
        try
        {
            var order = new AppOrder
            {
                DeploymentId = Id,
                Kind = kind,
                Target = _start!.Targets.Find(appId),
                KillFirst = hint?.KillFirst ?? default,
                Wipe = hint?.Wipe ?? false,
                Term = Term,
            };
            var turn = _turn;
            while (IsWanted(appId, kind, turn) && (await AskAsync(appId, app => app.ExecuteAsync(order), turn)).Vacancy is { } vacancy)
                order = order with { Vacancy = vacancy };
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogOrderFailed(failure, Id, kind, appId, Insistence.Pause);
            RepeatSoon();
        }
    }

    private async Task HaltAsync(string appId)
    {
        try
        {
            var (term, turn) = (Term, _turn);
            await PatientCall.AskAsync(() => GrainFactory.GetGrain<IAppGrain>(appId).AbandonAsync(Id, term, goesOn: true), () => turn == _turn && !_ended && !_isGone, time);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogHaltFailed(failure, Id, appId, Insistence.Pause);
            RepeatSoon();
        }
    }

    private void RepeatSoon()
    {
        if (!_ended && !_isGone)
            _repeat?.Change(Insistence.Pause, options.Value.RepeatAfter);
    }

    private void End(string? failure)
    {
        _ended = true;
        _failure = failure;
        LogEnded(Id, failure ?? "success");
        TellEnd();
    }

    private void TellEnd()
    {
        if (_told is { IsCompleted: false })
            return;
        _told = TellAsync();
        _told.Ignore();
    }

    // An order that is still on its way by then is refused by its term, or by its vacancy if the app was removed meanwhile.
    private Task TellAsync() => Insistence.UntilHeardAsync(
        () => GrainFactory.GetGrain<IGroupGrain>(AppPath.Root).DeploymentEndedAsync(Id, _failure), () => !_forgotten && !_isGone, time, logger);

    private Task SaveAsync()
    {
        progress.State.Step = _step;
        progress.State.Paused = _paused;
        progress.State.Turn = _turn;
        return Writer.WriteAsync();
    }

    // One write at a time: a pause and the end of a step may come together.
    // What is not stored is not true: the next activation begins with what is, when the tree asks for it.
    private async Task StoreAsync()
    {
        try
        {
            if (!_forgotten)
                await progress.WriteStateAsync();
            else if (progress.RecordExists)
                await progress.ClearStateAsync();
        }
        catch (Exception failure)
        {
            LogNotRecorded(failure, Id);
            _isGone = true;
            DeactivateOnIdle();
            throw;
        }
    }
}
