using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>A timer of an activation. It is itself what is put into the mailbox; at most one tick is under way.</summary>
internal sealed class GrainTimer<TState> : GrainCall, IGrainTimer
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);
    private readonly Activation _activation;
    private readonly Func<TState, CancellationToken, Task> _callback;
    private readonly TState _state;
    private readonly GrainTimerCreationOptions _options;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _disposed = new();
    private TimeSpan _period;
    private bool _isTicking;
    private bool _isChanged;

    public GrainTimer(Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _state = state;
        _options = options;
        _period = options.Period;
        TargetId = activation.GrainId;
        Check(options.DueTime, nameof(options.DueTime));
        Check(options.Period, nameof(options.Period));

        // The callers' context is not the ticks'.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = activation.Silo.Time.CreateTimer(static timer => ((GrainTimer<TState>)timer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        activation.AddTimer(this);
        _timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);
    }

    public override bool Interleaves => _options.Interleave;

    public override bool IsReadOnly => false;

    public override bool IsForwarded => false;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        lock (_disposed)
        {
            _period = period;
            if (_isTicking)
            {
                _isChanged = true;
                _nextDue = dueTime;
                return;
            }
        }

        _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan _nextDue;

    public void Dispose()
    {
        _timer.Dispose();
        _disposed.Cancel();
        _activation.RemoveTimer(this);
    }

    public override bool Run(Activation activation)
    {
        if (_disposed.IsCancellationRequested)
        {
            return true;
        }

        if (_options.KeepAlive)
        {
            activation.Touch();
        }

        Task task;
        try
        {
            task = _callback(_state, _disposed.Token);
            if (task.IsCompletedSuccessfully)
            {
                return true;
            }
        }
        catch (Exception failure)
        {
            activation.Silo.Log.TimerFailed(activation.GrainId, failure);
            activation.EndIfStale(failure);
            return true;
        }

        _ = AwaitAsync(activation, task);
        return false;
    }

    public override void Answer()
    {
        TimeSpan due;
        lock (_disposed)
        {
            _isTicking = false;
            due = _isChanged ? _nextDue : _period;
            _isChanged = false;
        }

        if (!_disposed.IsCancellationRequested && due != Timeout.InfiniteTimeSpan)
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    public override void Fail(Exception failure)
    {
        // A tick that waits when the activation ends has nobody to be told.
    }

    public override string ToString() => "a timer's tick";

    private static void Check(TimeSpan time, string name)
    {
        if ((time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan) || time > Longest)
        {
            throw new ArgumentOutOfRangeException(name, time, $"A grain timer's times are from 0 to {Longest}, or Timeout.InfiniteTimeSpan.");
        }
    }

    private async Task AwaitAsync(Activation activation, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure)
        {
            if (failure is not OperationCanceledException || !_disposed.IsCancellationRequested)
            {
                activation.Silo.Log.TimerFailed(activation.GrainId, failure);
            }

            activation.EndIfStale(failure);
        }

        activation.Finish(this);
    }

    private void Tick()
    {
        lock (_disposed)
        {
            if (_isTicking || _disposed.IsCancellationRequested)
            {
                return;
            }

            _isTicking = true;
        }

        _activation.TryEnqueue(this);
    }
}
