using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Platform.Mesos.Protocol;

/// <summary>An endless answer of records, with a heartbeat in between. What its client does not read waits, up to a bound; beyond it the client is cut off.</summary>
/// <param name="content">How messages are written.</param>
/// <param name="heartbeat">What is sent every <see cref="Interval"/>.</param>
/// <param name="time">The clock.</param>
/// <param name="mostBytes">What may wait, bytes. Default 64 MB.</param>
internal sealed class RecordStream(MesosContent content, IMessage heartbeat, TimeProvider time, long mostBytes = RecordStream.MostBytes) : IDisposable
{
    /// <summary>A client that does not read for so long is not worth the memory.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    /// <summary>How often a heartbeat is sent, as Mesos does.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private const int MostAtOnce = 256;

    private readonly Channel<byte[]> _records = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _overrun = new();
    private long _waiting;
    private DateTimeOffset _heartbeatDue;

    /// <summary>How often this one sends a heartbeat. Default <see cref="HeartbeatInterval"/>.</summary>
    public TimeSpan Interval { get; init; } = HeartbeatInterval;

    /// <summary>How messages are written.</summary>
    public MesosContent Content => content;

    /// <summary>Sends a message. One for which there is no room ends the stream.</summary>
    public void Send(IMessage message) => Send(Encode(message));

    /// <summary>Sends a record that is already written.</summary>
    public void Send(byte[] record)
    {
        if (Interlocked.Add(ref _waiting, record.Length) <= mostBytes)
            _records.Writer.TryWrite(record);
        else if (_records.Writer.TryComplete())
            _ = _overrun.CancelAsync();
    }

    /// <summary>Ends the stream after what waits.</summary>
    public void Complete() => _records.Writer.TryComplete();

    /// <summary>Writes until either side ends it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="first">The first message, after which the first heartbeat follows.</param>
    /// <param name="ended">Ends it.</param>
    public async Task RunAsync(HttpContext http, IMessage first, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, _overrun.Token);
        try
        {
            await PumpAsync(http, first, either.Token);
        }
        finally
        {
            // It reads nothing, not even that this is the end.
            if (_overrun.IsCancellationRequested)
                http.Abort();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _overrun.Dispose();

    private async Task PumpAsync(HttpContext http, IMessage first, CancellationToken ended)
    {
        await WriteAsync(http, [Encode(first), Encode(heartbeat)], ended);
        _heartbeatDue = time.GetUtcNow() + Interval;
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
                while (batch.Count < MostAtOnce && _records.Reader.TryRead(out var record))
                    batch.Add(record);
            }
            catch (OperationCanceledException) when (!ended.IsCancellationRequested)
            {
                batch.Add(Encode(heartbeat));
                Interlocked.Add(ref _waiting, batch[0].Length);
                _heartbeatDue = time.GetUtcNow() + Interval;
            }
            await WriteAsync(http, batch, ended);
            Interlocked.Add(ref _waiting, -batch.Sum(record => record.Length));
        }
    }

    private byte[] Encode(IMessage message) => RecordIo.Encode(content.Encode(message));

    private static async Task WriteAsync(HttpContext http, IEnumerable<byte[]> records, CancellationToken cancellation)
    {
        foreach (var record in records)
            await http.Response.Body.WriteAsync(record, cancellation);
        await http.Response.Body.FlushAsync(cancellation);
    }
}
