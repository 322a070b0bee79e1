namespace Platform.Core.Apps;

/// <summary>Turns counters that are read from time to time into increases per second.</summary>
public sealed class CounterRates
{
    private readonly Dictionary<(string Source, string Metric), (double Total, DateTimeOffset At)> _before = [];

    /// <summary>The increase per second since the counter was last read; null when it is read for the first time or no time has passed.</summary>
    /// <remarks>A counter that is lower than before has begun anew at 0 with its process.</remarks>
    /// <param name="source">Whose counter it is: a task.</param>
    /// <param name="metric">The counter.</param>
    /// <param name="total">Its value now.</param>
    /// <param name="now">The instant.</param>
    public double? Next(string source, string metric, double total, DateTimeOffset now)
    {
        var known = _before.TryGetValue((source, metric), out var before);
        if (known && now <= before.At)
            return null;
        _before[(source, metric)] = (total, now);
        if (!known)
            return null;
        var increase = total >= before.Total ? total - before.Total : total;
        return increase / (now - before.At).TotalSeconds;
    }

    /// <summary>Forgets the counters of all other sources.</summary>
    public void KeepOnly(IReadOnlySet<string> sources)
    {
        foreach (var gone in _before.Keys.Where(key => !sources.Contains(key.Source)).ToList())
            _before.Remove(gone);
    }
}
