using Microsoft.Extensions.DependencyInjection;
using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation
{
    private readonly List<Func<Task>> _loads = [];
    private readonly HashSet<IDisposable> _timers = [];
    private AsyncServiceScope? _scope;
    private DeactivationReason? _reason;
    private long _lastUsed;
    private long _keepUntil = long.MinValue;

    /// <summary>Whether idleness may end it. The lock is held.</summary>
    private bool IsCollectable =>
        _state == ActivationState.Active && _observer is null && !Class.IsKeptAlive
        && _mailbox.RunningCount == 0 && _mailbox.IsEmpty && Silo.Clock.Now >= _keepUntil;

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        var post = false;
        lock (_gate)
        {
            if (_state >= ActivationState.Draining)
            {
                return;
            }

            _reason ??= deactivationReason;
            if (_state == ActivationState.Active)
            {
                _state = ActivationState.Draining;
                post = _scheduler.Schedule();
            }
            else if (_state == ActivationState.Created)
            {
                // Nothing is there to be ended; what waits goes to the next activation.
                _state = ActivationState.Draining;
                post = _scheduler.Schedule();
            }
        }

        if (post)
        {
            _scheduler.Post();
        }
    }

    /// <summary>Ends the activation when a call or a tick of it failed because its state is older than what is stored.</summary>
    public void EndIfStale(Exception failure)
    {
        if (failure is InconsistentStateException { IsSourceActivation: true } stale)
        {
            stale.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, failure, "A write met a newer version of the state."));
        }
    }

    public void DelayDeactivation(TimeSpan timeSpan)
    {
        lock (_gate)
        {
            _keepUntil = timeSpan <= TimeSpan.Zero ? long.MinValue : timeSpan == TimeSpan.MaxValue ? long.MaxValue : Silo.Clock.After(timeSpan);
        }
    }

    /// <summary>Ends the activation when it was not used since <paramref name="limit"/>.</summary>
    public void CollectIfIdle(long limit)
    {
        bool collect;
        lock (_gate)
        {
            collect = IsCollectable && _lastUsed < limit;
        }

        if (collect)
        {
            Deactivate(new(DeactivationReasonCode.ActivationIdle, $"Not called for {Silo.Options.CollectionAge}."));
        }
    }

    /// <summary>A timer's tick that counts as use.</summary>
    public void Touch() => Volatile.Write(ref _lastUsed, Silo.Clock.Now);

    /// <summary>Something to be read from storage before the grain is activated.</summary>
    public void LoadFirst(Func<Task> load) => _loads.Add(load);

    /// <summary>A timer that ends with the activation.</summary>
    public void AddTimer(IDisposable timer)
    {
        lock (_gate)
        {
            _timers.Add(timer);
        }
    }

    public void RemoveTimer(IDisposable timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
        }
    }

    /// <summary>An abrupt end: nothing more is started, nobody is told but the callers that wait.</summary>
    public void Abort()
    {
        List<GrainCall> waiting;
        lock (_gate)
        {
            _state = ActivationState.Ended;
            waiting = _mailbox.TakeWaiting();
        }

        EndTimers();
        foreach (var call in waiting)
        {
            call.Fail(new SiloUnavailableException($"The runtime stopped before {call} of grain {GrainId} began."));
        }

        _deactivated.TrySetResult();
    }

    private async Task ActivateAsync()
    {
        try
        {
            _scope = Silo.Services.CreateAsyncScope();
            _creating = this;
            try
            {
                GrainInstance = Class.Create(this);
            }
            finally
            {
                _creating = null;
            }

            foreach (var load in _loads)
            {
                await load();
            }

            await ((IGrainBase)GrainInstance).OnActivateAsync(CancellationToken.None);
        }
        catch (Exception failure)
        {
            Silo.Log.ActivationFailed(GrainId, failure);
            await EndAsync(waiting => waiting.Fail(failure));
            return;
        }

        lock (_gate)
        {
            // The grain may have asked for its end already, or the runtime stopped.
            _state = _state == ActivationState.Ended ? ActivationState.Ended : _reason is null ? ActivationState.Active : ActivationState.Draining;
        }
    }

    private async Task DeactivateAsync()
    {
        EndTimers();
        var reason = _reason ?? new(DeactivationReasonCode.None, "");
        if (GrainInstance is IGrainBase grain)
        {
            using var deadline = new CancellationTokenSource(Silo.Options.StopTimeout, Silo.Time);
            try
            {
                await grain.OnDeactivateAsync(reason, deadline.Token);
            }
            catch (Exception failure)
            {
                Silo.Log.DeactivationFailed(GrainId, failure);
            }
        }

        await EndAsync(waiting => Silo.Dispatch(waiting));
    }

    private async Task EndAsync(Action<GrainCall> forward)
    {
        EndTimers();
        try
        {
            if (GrainInstance is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                (GrainInstance as IDisposable)?.Dispose();
            }

            if (_scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
        catch (Exception failure)
        {
            Silo.Log.DeactivationFailed(GrainId, failure);
        }

        List<GrainCall> waiting;
        lock (_gate)
        {
            _state = ActivationState.Ended;
            waiting = _mailbox.TakeWaiting();
        }

        Silo.Catalog.Remove(this);
        foreach (var call in waiting.Where(call => call.IsForwarded))
        {
            forward(call);
        }

        _deactivated.TrySetResult();
    }

    private void EndTimers()
    {
        IDisposable[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }
}
