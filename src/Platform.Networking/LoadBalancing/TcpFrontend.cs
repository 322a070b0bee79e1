using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>Hands TCP connections on.</summary>
internal sealed partial class TcpFrontend : Frontend
{
    private const int BufferSize = 64 * 1024;

    private static readonly TimeSpan WakeAgain = TimeSpan.FromSeconds(5);

    private readonly LoadBalancerOptions _options;
    private readonly BalancerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Func<IPAddress?, bool>? _admits;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile bool _isWoken;
    private int _waiting;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    internal TcpFrontend(VirtualAddress address, IPEndPoint listen, LoadBalancerOptions options, BalancerMetrics metrics, ILogger logger, BackendPool? pool = null, Func<IPAddress?, bool>? admits = null)
        : base(address, listen, pool)
    {
        (_options, _metrics, _logger, _admits) = (options, metrics, logger, admits);
        _listener = new(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(listen);
            _listener.Listen(1024);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
        _accepting = AcceptAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _changed.TrySetResult();
    }

    internal override void BackendsChanged()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _ = ServeAsync(client);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException || _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException failure)
            {
                // Too many open files, for one: those that are open go on.
                LogNotAccepted(failure, Listen);
                await Task.Delay(50).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Backend? backend = null;
        Socket? server = null;
        var isOpen = false;
        try
        {
            client.NoDelay = true;
            if (_admits?.Invoke((client.RemoteEndPoint as IPEndPoint)?.Address) == false)
            {
                client.LingerState = new(true, 0);
                return;
            }
            (backend, server) = await ConnectAsync(((IPEndPoint)client.RemoteEndPoint!).Address).ConfigureAwait(false);
            if (server is null)
            {
                _metrics.RefusedOne();
                // As if nobody listened.
                client.LingerState = new(true, 0);
                return;
            }
            _metrics.Opened();
            isOpen = true;
            await RelayAsync(client, server).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or IOException)
        {
            LogEnded(failure.Message, Listen);
        }
        finally
        {
            if (isOpen)
                _metrics.Closed();
            backend?.Release();
            server?.Dispose();
            client.Dispose();
        }
    }

    /// <summary>A connection to a backend; the next is tried if one does not take it, and if none is ready it waits for one.</summary>
    private async Task<(Backend? Backend, Socket? Server)> ConnectAsync(IPAddress client)
    {
        var tried = new List<Backend>();
        var began = Environment.TickCount64;
        while (tried.Count < _options.Attempts)
        {
            // Before the choice: a backend that comes after it wakes the wait.
            var changed = _changed.Task;
            if (Pool.Choose(client, candidate => !tried.Contains(candidate), Environment.TickCount64) is not { } backend)
            {
                if (tried.Count > 0 || !await WaitAsync(changed, began).ConfigureAwait(false))
                    break;
                continue;
            }
            if (!backend.TryTake())
                continue;
            var server = new Socket(backend.Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var limit = new CancellationTokenSource(_options.ConnectTimeout);
                await server.ConnectAsync(backend.Target, limit.Token).ConfigureAwait(false);
                backend.Succeeded();
                _isWoken = false;
                return (backend, server);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                server.Dispose();
                backend.Release();
                backend.Failed(Environment.TickCount64);
                _metrics.Failed();
                tried.Add(backend);
                LogBackendFailed(backend.Target, backend.Id, failure.Message);
            }
        }
        return (null, null);
    }

    /// <summary>Waits until there are other backends, or it is time to look again; who sleeps is woken. False: the time is over, or too many wait.</summary>
    private async Task<bool> WaitAsync(Task changed, long began)
    {
        var wakes = _options.Wake is not null && Sleeper is not null;
        _isWoken |= wakes;
        // Who was woken is no sleeper any more, and may take its time until it is ready.
        var left = (_isWoken ? _options.LongestWake : _options.LongestWait) - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
        if (left <= TimeSpan.Zero)
            return false;
        if (Interlocked.Increment(ref _waiting) > _options.MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }
        try
        {
            if (wakes && Sleeper is { } sleeper)
                await WakeAsync(sleeper).ConfigureAwait(false);
            await Task.WhenAny(changed, Task.Delay(left < WakeAgain ? left : WakeAgain)).ConfigureAwait(false);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task WakeAsync(Sleeper sleeper)
    {
        try
        {
            await Awakening.WakeAsync(_options.Wake!, sleeper).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotWoken(failure, sleeper.AppId);
        }
    }

    private async Task RelayAsync(Socket client, Socket server)
    {
        var up = CopyAsync(client, server);
        var down = CopyAsync(server, client);
        // One side that is done may still read. When one fails, the other is cut off.
        var first = await Task.WhenAny(up, down).ConfigureAwait(false);
        if (!await first.ConfigureAwait(false))
        {
            client.Close(0);
            server.Close(0);
        }
        await Task.WhenAll(up, down).ConfigureAwait(false);
    }

    /// <summary>Copies until the sender is done. False: one side has failed or was idle for too long.</summary>
    private async Task<bool> CopyAsync(Socket from, Socket to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        using var idle = new CancellationTokenSource();
        try
        {
            while (true)
            {
                idle.CancelAfter(_options.Idle);
                var count = await from.ReceiveAsync(buffer, SocketFlags.None, idle.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return true;
                }
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, idle.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A connection to {Listen} could not be accepted")]
    private partial void LogNotAccepted(Exception failure, IPEndPoint listen);

    [LoggerMessage(LogLevel.Warning, "{App} could not be woken; it is tried again")]
    private partial void LogNotWoken(Exception failure, string app);

    [LoggerMessage(LogLevel.Debug, "A connection to {Listen} ended: {Reason}")]
    private partial void LogEnded(string reason, IPEndPoint listen);

    [LoggerMessage(LogLevel.Information, "Backend {Target} ({Id}) did not take a connection: {Reason}")]
    private partial void LogBackendFailed(IPEndPoint target, string id, string reason);
}
