using System.Diagnostics.Metrics;

namespace Platform.Networking.LoadBalancing;

/// <summary>What the balancer counts; the meter <c>Platform.LoadBalancing</c>.</summary>
public sealed class BalancerMetrics : IDisposable
{
    private readonly Meter _meter = new("Platform.LoadBalancing");
    private long _connections, _failures, _refused, _active;

    /// <summary>Registers the instruments.</summary>
    public BalancerMetrics()
    {
        _meter.CreateObservableCounter("platform.lb.connections", () => Connections, description: "Connections and UDP clients that were given a backend");
        _meter.CreateObservableCounter("platform.lb.failures", () => Failures, description: "Backends that could not be reached");
        _meter.CreateObservableCounter("platform.lb.refused", () => Refused, description: "Connections that no backend took");
        _meter.CreateObservableUpDownCounter("platform.lb.active", () => Active, description: "Open connections and UDP clients");
    }

    /// <summary>Connections and UDP clients that were given a backend.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Backends that could not be reached.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Connections that no backend took.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Open connections and UDP clients.</summary>
    public long Active => Interlocked.Read(ref _active);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Opened()
    {
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _active);
    }

    internal void Closed() => Interlocked.Decrement(ref _active);

    internal void Failed() => Interlocked.Increment(ref _failures);

    internal void RefusedOne() => Interlocked.Increment(ref _refused);
}
