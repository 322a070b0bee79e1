using System.Net;

namespace Platform.Networking.LoadBalancing;

/// <summary>An endpoint as the balancer sees it: where it is, what goes to it now, and how it has behaved.</summary>
public sealed class Backend
{
    private bool _isReady;
    private int _active;
    private int _failures;
    private long _total;
    private long _ejectedUntil;
    private long _turns;

    internal Backend(string id, IPEndPoint target) => (Id, Target) = (id, target);

    /// <summary>The endpoint's id.</summary>
    public string Id { get; }

    /// <summary>Its address and port.</summary>
    public IPEndPoint Target { get; }

    /// <summary>Its share of new connections.</summary>
    public int Weight { get; internal set; } = 1;

    /// <summary>It may be given new connections.</summary>
    public bool IsReady
    {
        get => Volatile.Read(ref _isReady);
        internal set => Interlocked.Exchange(ref _isReady, value);
    }

    /// <summary>Open connections, or UDP clients.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Connections that it was given, all told.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Failures since the last success.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>How often it was chosen since the backends beside it last changed.</summary>
    internal long Turns => Interlocked.Read(ref _turns);

    internal void Chosen() => Interlocked.Increment(ref _turns);

    internal void BeginTurns() => Interlocked.Exchange(ref _turns, 0);

    /// <summary>Whether it is passed over because it failed. Milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    internal bool IsEjected(long now) => now < Interlocked.Read(ref _ejectedUntil);

    /// <summary>Takes a place; false: it has just become one that gets nothing new. Who sees afterwards that it is not ready and has no connection can be certain that it gets none.</summary>
    internal bool TryTake()
    {
        Take();
        if (IsReady)
            return true;
        Release();
        return false;
    }

    internal void Take()
    {
        Interlocked.Increment(ref _active);
        Interlocked.Increment(ref _total);
    }

    internal void Release() => Interlocked.Decrement(ref _active);

    /// <summary>It could not be reached: it is passed over for half a second, and twice as long each time, up to 30 seconds.</summary>
    internal void Failed(long now)
    {
        var failures = Math.Min(Interlocked.Increment(ref _failures), 16);
        Interlocked.Exchange(ref _ejectedUntil, now + Math.Min(30_000, 250L << failures));
    }

    internal void Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0)
            return;
        Volatile.Write(ref _failures, 0);
        Interlocked.Exchange(ref _ejectedUntil, 0);
    }
}
