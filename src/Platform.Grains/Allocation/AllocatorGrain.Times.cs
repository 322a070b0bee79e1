using Platform.Core.Metrics;

namespace Platform.Grains.Allocation;

/// <content>How long rounds take, and how long they are waited for.</content>
public sealed partial class AllocatorGrain
{
    private readonly TimingWindow _roundTimes = new();
    private readonly TimingWindow _roundWaits = new();
    private long _rounds;
    private long _dueAt;

    // Of a round that nobody has asked for, such as that of a deadline, nobody waits.
    private TimeSpan? WaitedFor() => _due ? _time.GetElapsedTime(_asked > 0 && _askedAt < _dueAt ? _askedAt : _dueAt) : _asked > 0 ? _time.GetElapsedTime(_askedAt) : null;

    private void Timed(DateTimeOffset now, TimeSpan took, TimeSpan? waited)
    {
        _rounds++;
        _roundTimes.Add(now, took);
        if (waited is { } time)
            _roundWaits.Add(now, time);
        _meter.Decided(took, waited);
    }
}
