namespace Platform.Grains.Jobs;

/// <summary>Lets all jobs that fall due at one instant be handed over before any of them is stored. One for each silo; thread-safe.</summary>
/// <remarks>
/// A due time is durable with the timer, so a job may ask for its place first. Were each stored as soon as it has asked, what follows from the
/// first jobs (writes, places, launches) would take the processors from those that have yet to be handed over. The allocator sees all of them
/// at once, too, and the writes share few commits.
/// </remarks>
public sealed class HandOverGate : IDisposable
{
    /// <summary>So many within a <see cref="Window"/> pass at once.</summary>
    private const int Few = 64;

    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(10);

    /// <summary>It opens when nobody has come for so many windows: a collection of garbage is no end of a burst.</summary>
    private const int Quiet = 3;

    /// <summary>Nobody waits longer, however many more come.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private TaskCompletionSource? _closed;
    private long _closedAt;
    private long _windowAt;
    private int _count;
    private int _quiet;

    /// <summary>An open gate.</summary>
    public HandOverGate(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A job has asked for its place. Done when it may be stored.</summary>
    public Task PassAsync()
    {
        lock (_lock)
        {
            _quiet = 0;
            if (_closed is not null)
                return _closed.Task;
            if (_time.GetElapsedTime(_windowAt) > Window)
            {
                _windowAt = _time.GetTimestamp();
                _count = 0;
            }
            if (++_count <= Few)
                return Task.CompletedTask;
            _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _closedAt = _time.GetTimestamp();
            _timer.Change(Window, Window);
            return _closed.Task;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _closed?.TrySetResult();
    }

    // Opens when none came for some looks.
    private void Look()
    {
        TaskCompletionSource? opened = null;
        lock (_lock)
        {
            if (++_quiet > Quiet || _time.GetElapsedTime(_closedAt) > Longest)
            {
                opened = _closed;
                _closed = null;
                _count = 0;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
        opened?.TrySetResult();
    }
}
