using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>Wakes what sleeps, once for all who wait at the same time.</summary>
internal sealed class Awakening
{
    private readonly Lock _gate = new();
    private Task? _waking;

    internal Task WakeAsync(Func<Sleeper, CancellationToken, Task> wake, Sleeper sleeper)
    {
        lock (_gate)
        {
            if (_waking is null or { IsCompleted: true })
                _waking = wake(sleeper, CancellationToken.None);
            return _waking;
        }
    }
}
