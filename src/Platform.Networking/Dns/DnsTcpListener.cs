using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Platform.Networking.Dns;

/// <summary>Serves TCP: answers that are too large for UDP, and whole zones (RFC 7766).</summary>
internal sealed partial class DnsTcpListener : IAsyncDisposable
{
    private readonly DnsResponder _responder;
    private readonly DnsForwarder _forwarder;
    private readonly ZoneTransfer _transfer;
    private readonly DnsServerOptions _options;
    private readonly DnsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _open;

    internal DnsTcpListener(DnsResponder responder, DnsForwarder forwarder, ZoneTransfer transfer, DnsServerOptions options, DnsMetrics metrics, ILogger logger)
    {
        (_responder, _forwarder, _transfer, _options, _metrics, _logger) = (responder, forwarder, transfer, options, metrics, logger);
    }

    /// <summary>Binds and begins to accept.</summary>
    /// <returns>Where it listens.</returns>
    internal IPEndPoint Start(IPEndPoint listen)
    {
        _listener = new(listen);
        _listener.Start(128);
        _accepting = AcceptAsync(_listener, _stop.Token);
        return (IPEndPoint)_listener.LocalEndpoint;
    }

    /// <summary>Closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(stop).ConfigureAwait(false);
                if (Interlocked.Increment(ref _open) > _options.TcpConnections)
                {
                    Interlocked.Decrement(ref _open);
                    client.Dispose();
                    continue;
                }
                _ = ServeAsync(client, stop);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException || stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException failure)
            {
                LogNotAccepted(failure);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        try
        {
            using (client)
            await using (var stream = new NetworkStream(client, ownsSocket: false))
            {
                var from = ((IPEndPoint)client.RemoteEndPoint!).Address;
                var (packet, answer) = (new byte[2048], new byte[65537]);
                var turn = (uint)Random.Shared.Next();
                while (await ReadAsync(stream, packet, stop).ConfigureAwait(false) is var length and > 0)
                {
                    if (!await AnswerAsync(stream, packet.AsMemory(0, length), from, turn++, answer, stop).ConfigureAwait(false))
                        return;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LogEnded(failure.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>The next packet; 0: the client is done, or sends nothing in time, or more than a question can be.</summary>
    private async Task<int> ReadAsync(NetworkStream stream, byte[] packet, CancellationToken stop)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(stop);
        idle.CancelAfter(_options.TcpIdle);
        var head = await stream.ReadAtLeastAsync(packet.AsMemory(0, 2), 2, throwOnEndOfStream: false, idle.Token).ConfigureAwait(false);
        if (head < 2)
            return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(packet);
        if (length > packet.Length || length == 0)
            return 0;
        return await stream.ReadAtLeastAsync(packet.AsMemory(0, length), length, throwOnEndOfStream: false, idle.Token).ConfigureAwait(false) < length ? 0 : length;
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, ReadOnlyMemory<byte> packet, IPAddress from, uint turn, byte[] answer, CancellationToken stop)
    {
        var tally = new DnsTally();
        var outcome = _responder.Respond(packet.Span, isTcp: true, turn, answer.AsSpan(2), ref tally, out var query, out var length);
        _metrics.Add(tally);
        switch (outcome)
        {
            case DnsResponder.Outcome.Drop:
                return false;
            case DnsResponder.Outcome.Forward:
                var other = await _forwarder.AskAsync(packet.ToArray(), query, isTcp: true).ConfigureAwait(false);
                other.CopyTo(answer, 2);
                length = other.Length;
                break;
            case DnsResponder.Outcome.Transfer when _responder.MayTransfer(from):
                foreach (var message in _transfer.Messages(packet, query))
                    await SendAsync(stream, message, stop).ConfigureAwait(false);
                return true;
            case DnsResponder.Outcome.Transfer:
                length = DnsResponse.WriteEmpty(packet.Span, query, DnsResponseCode.Refused, isCut: false, answer.AsSpan(2));
                break;
        }
        BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)length);
        await SendAsync(stream, answer.AsMemory(0, length + 2), stop).ConfigureAwait(false);
        return true;
    }

    private async Task SendAsync(NetworkStream stream, ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(stop);
        slow.CancelAfter(_options.TcpIdle);
        await stream.WriteAsync(message, slow.Token).ConfigureAwait(false);
    }

    [LoggerMessage(LogLevel.Warning, "A TCP connection could not be accepted")]
    private partial void LogNotAccepted(Exception failure);

    [LoggerMessage(LogLevel.Debug, "A TCP connection ended: {Reason}")]
    private partial void LogEnded(string reason);
}
