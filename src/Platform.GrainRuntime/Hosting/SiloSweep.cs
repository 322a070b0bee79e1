using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Hosting;

/// <summary>Regularly sets the clock, ends calls that took too long, and collects idle activations.</summary>
internal sealed class SiloSweep : IDisposable
{
    private readonly EmbeddedSilo _silo;
    private readonly ITimer _timer;
    private readonly List<GrainCall> _expired = [];
    private long _nextCollection;
    private int _isSweeping;

    public SiloSweep(EmbeddedSilo silo)
    {
        _silo = silo;
        _nextCollection = silo.Clock.After(silo.Options.CollectionQuantum);

        // A call may wait one sweep longer than the timeout: 1 s of 30.
        var interval = TimeSpan.FromTicks(Math.Clamp(
            Math.Min(silo.Options.ResponseTimeout.Ticks / 20, silo.Options.CollectionQuantum.Ticks),
            TimeSpan.TicksPerMillisecond * 10,
            TimeSpan.TicksPerSecond));
        _timer = silo.Time.CreateTimer(static sweep => ((SiloSweep)sweep!).Sweep(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        var now = _silo.Clock.Refresh();
        var collects = now >= _nextCollection;
        foreach (var activation in _silo.Catalog.Activations)
        {
            activation.ExpireCalls(now - _silo.Options.ResponseTimeout.Ticks, _expired);
            if (collects)
            {
                activation.CollectIfIdle(now - _silo.Options.CollectionAge.Ticks);
            }
        }

        if (collects)
        {
            _nextCollection = now + _silo.Options.CollectionQuantum.Ticks;
        }

        Volatile.Write(ref _isSweeping, 0);
    }
}
