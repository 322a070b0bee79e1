using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>Hands UDP packets on: all of a client to one backend, and its answers back, until the client is silent.</summary>
internal sealed partial class UdpFrontend : Frontend
{
    private const int LargestPacket = 65535;

    private readonly LoadBalancerOptions _options;
    private readonly BalancerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<IPEndPoint, Session> _sessions = new();
    private readonly Task _receiving;

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    internal UdpFrontend(VirtualAddress address, IPEndPoint listen, LoadBalancerOptions options, BalancerMetrics metrics, ILogger logger)
        : base(address, listen)
    {
        (_options, _metrics, _logger) = (options, metrics, logger);
        _socket = new(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Bind(listen);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        _receiving = ReceiveAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);
        foreach (var session in _sessions.Values)
            session.Close();
    }

    // UDP has no end by which a backend could finish: who is not ready any more loses its clients at once.
    internal override void BackendsChanged()
    {
        var ready = Pool.Backends.Where(backend => backend.IsReady).ToHashSet();
        foreach (var (client, session) in _sessions)
        {
            if (!ready.Contains(session.Backend))
                Forget(client, session);
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[LargestPacket];
        var any = new IPEndPoint(Listen.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, _stop.Token).ConfigureAwait(false);
                var client = (IPEndPoint)received.RemoteEndPoint;
                if (SessionOf(client) is { } session)
                {
                    await session.SendAsync(buffer.AsMemory(0, received.ReceivedBytes), _stop.Token).ConfigureAwait(false);
                }
                else
                {
                    // Packets may be lost: the client's next one finds who was woken.
                    if (_options.Wake is { } wake && Sleeper is { } sleeper)
                        _ = WakeAsync(wake, sleeper);
                    _metrics.RefusedOne();
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException || _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException failure)
            {
                LogNotHandedOn(failure.Message, Listen);
            }
        }
    }

    private async Task WakeAsync(Func<Sleeper, CancellationToken, Task> wake, Sleeper sleeper)
    {
        try
        {
            await Awakening.WakeAsync(wake, sleeper).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotWoken(failure, sleeper.AppId);
        }
    }

    private Session? SessionOf(IPEndPoint client)
    {
        var now = Environment.TickCount64;
        if (_sessions.TryGetValue(client, out var known) && known.Backend.IsReady && !known.Backend.IsEjected(now))
            return known;
        if (known is not null)
            Forget(client, known);
        if (Pool.Choose(client.Address, static _ => true, now) is not { } backend)
            return null;
        if (_sessions.Count >= _options.UdpClients)
        {
            var (oldest, session) = _sessions.MinBy(entry => entry.Value.UsedAt);
            Forget(oldest, session);
        }
        var opened = new Session(backend);
        backend.Take();
        _metrics.Opened();
        _sessions[client] = opened;
        _ = AnswerAsync(client, opened);
        return opened;
    }

    private async Task AnswerAsync(IPEndPoint client, Session session)
    {
        var buffer = new byte[LargestPacket];
        try
        {
            while (true)
            {
                // The time runs anew with each packet of either side.
                using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                idle.CancelAfter(_options.UdpIdle);
                int count;
                try
                {
                    count = await session.Socket.ReceiveAsync(buffer, SocketFlags.None, idle.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!_stop.IsCancellationRequested && Environment.TickCount64 - session.UsedAt < _options.UdpIdle.TotalMilliseconds)
                {
                    continue;
                }
                session.Backend.Succeeded();
                await _socket.SendToAsync(buffer.AsMemory(0, count), SocketFlags.None, client, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Nobody listens there: the client's next packet goes to another.
            session.Backend.Failed(Environment.TickCount64);
            _metrics.Failed();
            LogBackendFailed(session.Backend.Target, session.Backend.Id);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It was silent, or it is over.
        }
        finally
        {
            Forget(client, session);
        }
    }

    private void Forget(IPEndPoint client, Session session)
    {
        _sessions.TryRemove(new(client, session));
        if (session.Close())
        {
            session.Backend.Release();
            _metrics.Closed();
        }
    }

    private sealed class Session
    {
        private int _closed;

        internal Session(Backend backend)
        {
            Backend = backend;
            Socket = new(backend.Target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            Socket.Connect(backend.Target);
            UsedAt = Environment.TickCount64;
        }

        internal Backend Backend { get; }

        internal Socket Socket { get; }

        internal long UsedAt { get; private set; }

        internal ValueTask<int> SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellation)
        {
            UsedAt = Environment.TickCount64;
            return Socket.SendAsync(packet, SocketFlags.None, cancellation);
        }

        internal bool Close()
        {
            if (Interlocked.Exchange(ref _closed, 1) != 0)
                return false;
            Socket.Dispose();
            return true;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{App} could not be woken; it is tried again")]
    private partial void LogNotWoken(Exception failure, string app);

    [LoggerMessage(LogLevel.Debug, "A packet to {Listen} was not handed on: {Reason}")]
    private partial void LogNotHandedOn(string reason, IPEndPoint listen);

    [LoggerMessage(LogLevel.Information, "Backend {Target} ({Id}) takes no packets")]
    private partial void LogBackendFailed(IPEndPoint target, string id);
}
