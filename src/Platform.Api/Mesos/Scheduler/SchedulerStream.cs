using Microsoft.AspNetCore.Http;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Mesos.Protocol;
using Event = Platform.Mesos.Wire.Scheduler.Event;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>One scheduler's open answer: events of its grain go to it as records, with a heartbeat in between.</summary>
internal sealed class SchedulerStream(MesosContent content, TimeProvider time) : IFrameworkStream, IDisposable
{
    private readonly RecordStream _records = new(content, EventMapping.Heartbeat, time);
    private long _received;

    /// <summary>What it is known by; calls of the scheduler carry it.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public Task SendAsync(ValueList<FrameworkEvent> events)
    {
        Interlocked.Increment(ref _received);
        foreach (var one in events)
        {
            foreach (var message in EventMapping.ToWire(one))
                _records.Send(message);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CloseAsync(string error)
    {
        _records.Send(EventMapping.Error(error));
        _records.Complete();
        return Task.CompletedTask;
    }

    /// <summary>Serves the stream until either side ends it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="framework">The framework's grain.</param>
    /// <param name="reference">This stream as the grain knows it.</param>
    /// <param name="subscribed">The first event.</param>
    /// <param name="stopping">The control plane stops.</param>
    public async Task RunAsync(HttpContext http, IFrameworkGrain framework, IFrameworkStream reference, Event subscribed, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var renewing = StreamRenewal.RunAsync(framework, Id, () => Interlocked.Read(ref _received), reference, _records.Complete, time, ended.Token);
        try
        {
            await _records.RunAsync(http, subscribed, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();
}
