using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Protocol;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Event = Platform.Api.Mesos.Wire.Scheduler.Event;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>One scheduler's open answer: events of its grain go to it as records, with a heartbeat in between.</summary>
internal sealed class SchedulerStream(MesosContent content, TimeProvider time) : IFrameworkStream
{
    /// <summary>How often a heartbeat is sent, as Mesos does.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(2);

    // A scheduler that does not read for so long is not worth the memory.
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly Channel<byte[]> _records = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private long _waiting;
    private long _received;
    private DateTimeOffset _heartbeatDue;

    /// <summary>What it is known by; calls of the scheduler carry it.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public Task SendAsync(ValueList<FrameworkEvent> events)
    {
        Interlocked.Increment(ref _received);
        foreach (var one in events)
        {
            foreach (var record in EventMapping.ToWire(one))
                Enqueue(record);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CloseAsync(string error)
    {
        Enqueue(EventMapping.Error(error));
        _records.Writer.TryComplete();
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
        await WriteAsync(http, [Encode(subscribed), Encode(EventMapping.Heartbeat)], ended.Token);
        _heartbeatDue = time.GetUtcNow() + HeartbeatInterval;
        var renewing = RenewAsync(framework, reference, ended);
        try
        {
            await PumpAsync(http, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    private async Task PumpAsync(HttpContext http, CancellationToken ended)
    {
        while (true)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(ended);
            var left = _heartbeatDue - time.GetUtcNow();
            beat.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
            var batch = new List<byte[]>();
            try
            {
                if (!await _records.Reader.WaitToReadAsync(beat.Token))
                    return;
                while (batch.Count < 256 && _records.Reader.TryRead(out var record))
                    batch.Add(record);
            }
            catch (OperationCanceledException) when (!ended.IsCancellationRequested)
            {
                batch.Add(Encode(EventMapping.Heartbeat));
                Interlocked.Add(ref _waiting, batch[0].Length);
                _heartbeatDue = time.GetUtcNow() + HeartbeatInterval;
            }
            await WriteAsync(http, batch, ended);
            Interlocked.Add(ref _waiting, -batch.Sum(record => record.Length));
        }
    }

    // Whether the grain still knows this stream, and whether all that it sent came.
    private async Task RenewAsync(IFrameworkGrain framework, IFrameworkStream reference, CancellationTokenSource ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RenewInterval, time, ended.Token);
                if (!await framework.RenewAsync(Id, Interlocked.Read(ref _received), reference))
                    _records.Writer.TryComplete();
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is TimeoutException or SiloUnavailableException or StorageException or OperationCanceledException)
            {
                // The grain is on its way to another silo: it is asked again.
            }
        }
    }

    private void Enqueue(Event message)
    {
        var record = Encode(message);
        if (Interlocked.Add(ref _waiting, record.Length) > MostBytes || !_records.Writer.TryWrite(record))
            _records.Writer.TryComplete();
    }

    private byte[] Encode(IMessage message) => RecordIo.Encode(MesosContents.Encode(content, message));

    private static async Task WriteAsync(HttpContext http, IEnumerable<byte[]> records, CancellationToken cancellation)
    {
        foreach (var record in records)
            await http.Response.Body.WriteAsync(record, cancellation);
        await http.Response.Body.FlushAsync(cancellation);
    }
}
