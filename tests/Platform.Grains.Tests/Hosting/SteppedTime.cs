using Platform.GrainRuntime.Testing;

namespace Platform.Grains.Tests.Hosting;

/// <summary>A clock that a test advances, except for waits below a second: those are batches of work on its way, and pass by themselves.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly ManualTimeProvider _steps = new();

    public override long TimestampFrequency => _steps.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _steps.GetUtcNow();

    public override long GetTimestamp() => _steps.GetTimestamp();

    public void Advance(TimeSpan span) => _steps.Advance(span);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SteppedTimer(
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            _steps.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SteppedTimer(ITimer soon, ITimer later) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan || dueTime >= TimeSpan.FromSeconds(1))
                return soon.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) && later.Change(dueTime, period);
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
