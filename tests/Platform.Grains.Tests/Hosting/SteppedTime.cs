using System.Collections.Concurrent;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Hosting;

/// <summary>A clock that a test advances, except for waits below a second: those are batches of work on its way, and pass by themselves.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly ManualTimeProvider _steps = new();
    private readonly ConcurrentDictionary<TimeSpan, TaskCompletionSource> _armed = new();

    public override long TimestampFrequency => _steps.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _steps.GetUtcNow();

    public override long GetTimestamp() => _steps.GetTimestamp();

    public void Advance(TimeSpan span) => _steps.Advance(span);

    /// <summary>
    /// Done when a timer is next set to this time, as one that ticks at intervals is at the end of each tick: from then on the next interval
    /// can pass. To be asked for before the clock is advanced.
    /// </summary>
    public Task NextWaitAsync(TimeSpan dueTime) => _armed.GetOrAdd(dueTime, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SteppedTimer(
            this,
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            _steps.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SteppedTimer(SteppedTime time, ITimer soon, ITimer later) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan || dueTime >= TimeSpan.FromSeconds(1))
            {
                var changed = soon.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) && later.Change(dueTime, period);
                if (changed && time._armed.TryRemove(dueTime, out var awaited))
                    awaited.TrySetResult();
                return changed;
            }
            var repeats = period > TimeSpan.Zero;
            return later.Change(repeats ? period : Timeout.InfiniteTimeSpan, repeats ? period : Timeout.InfiniteTimeSpan)
                && soon.Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            soon.Dispose();
            later.Dispose();
        }

        public async ValueTask DisposeAsync()
        {
            await soon.DisposeAsync();
            await later.DisposeAsync();
        }
    }
}
