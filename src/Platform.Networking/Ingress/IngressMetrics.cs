using System.Diagnostics.Metrics;

namespace Platform.Networking.Ingress;

/// <summary>What the ingress counts; the meter <c>Platform.Ingress</c>.</summary>
public sealed class IngressMetrics : IDisposable
{
    private readonly Meter _meter = new("Platform.Ingress");
    private long _requests, _active, _retries, _failures, _unknown, _wakes;

    /// <summary>Registers the instruments.</summary>
    public IngressMetrics()
    {
        _meter.CreateObservableCounter("platform.ingress.requests", () => Requests, description: "Requests under a known host and path");
        _meter.CreateObservableUpDownCounter("platform.ingress.active", () => Active, description: "Requests that go on");
        _meter.CreateObservableCounter("platform.ingress.retries", () => Retries, description: "Requests that were sent to another instance after one failed");
        _meter.CreateObservableCounter("platform.ingress.failures", () => Failures, description: "Requests that no instance answered");
        _meter.CreateObservableCounter("platform.ingress.unknown", () => Unknown, description: "Requests under hosts and paths that nobody serves");
        _meter.CreateObservableCounter("platform.ingress.wakes", () => Wakes, description: "Requests that waited for an app to be woken");
    }

    /// <summary>Requests under a known host and path.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests that go on.</summary>
    public long Active => Interlocked.Read(ref _active);

    /// <summary>Requests that were sent to another instance after one failed.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Requests that no instance answered.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Requests under hosts and paths that nobody serves.</summary>
    public long Unknown => Interlocked.Read(ref _unknown);

    /// <summary>Requests that waited for an app to be woken.</summary>
    public long Wakes => Interlocked.Read(ref _wakes);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Began()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _active);
    }

    internal void Ended() => Interlocked.Decrement(ref _active);

    internal void Retried() => Interlocked.Increment(ref _retries);

    internal void Failed() => Interlocked.Increment(ref _failures);

    internal void UnknownOne() => Interlocked.Increment(ref _unknown);

    internal void Woke() => Interlocked.Increment(ref _wakes);
}
