namespace Platform.GrainRuntime.Hosting;

/// <summary>
/// A clock that costs nothing to read: it is set by each sweep, and so is at most one sweep late. In ticks of 100 ns since the start.
/// </summary>
internal sealed class SiloClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _now;

    public long Now => Volatile.Read(ref _now);

    public long After(TimeSpan span) => Exact() + span.Ticks;

    public long Refresh()
    {
        var now = Exact();
        Volatile.Write(ref _now, now);
        return now;
    }

    private long Exact() => time.GetElapsedTime(_start).Ticks;
}
