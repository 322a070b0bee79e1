using Platform.Contracts.Registry;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>When which instance of a service is looked at. Of each there is one look at a time.</summary>
internal sealed class InstanceChecks(IInstanceProbe probe, Action<CheckOutcome> ended, TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, (string Address, InstanceCheck Check, DateTimeOffset Due)> _next = new(StringComparer.Ordinal);
    private readonly HashSet<string> _looking = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Begins what is due.</summary>
    public void Look(IEnumerable<ServiceRegistration> registrations)
    {
        var now = time.GetUtcNow();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var registration in registrations)
        {
            if (registration.Check is not { } check)
                continue;
            known.Add(registration.Id);
            // What is new, or another than before, is looked at now.
            if (!_next.TryGetValue(registration.Id, out var next) || next.Address != registration.Address || next.Check != check)
                next = (registration.Address, check, now);
            _next[registration.Id] = next;
            if (next.Due <= now && _looking.Add(registration.Id))
                LookAsync(registration.Id, next.Address, check).Ignore();
        }
        foreach (var gone in _next.Keys.Where(id => !known.Contains(id)).ToList())
            _next.Remove(gone);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task LookAsync(string id, string address, InstanceCheck check)
    {
        try
        {
            var problem = await probe.LookAsync(address, check, _stop.Token);
            if (_next.TryGetValue(id, out var next) && next.Address == address && next.Check == check)
                _next[id] = next with { Due = time.GetUtcNow().AddSeconds(check.IntervalSeconds) };
            ended(new(id, address, check, problem));
        }
        finally
        {
            _looking.Remove(id);
        }
    }
}
