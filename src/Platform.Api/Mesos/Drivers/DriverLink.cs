using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Drivers;

/// <summary>The connection to a driver, on which messages are sent one behind the other. Its answers say nothing and are not waited for; when it ends, the driver is gone.</summary>
internal sealed class DriverLink : IDisposable
{
    /// <summary>How long a connection may take to be made, and to be ended.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly long _mostBytes;
    private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _overrun = new();
    private long _waiting;

    private DriverLink(Socket socket, long mostBytes)
    {
        _socket = socket;
        _mostBytes = mostBytes;
    }

    /// <summary>Connects.</summary>
    /// <param name="address">Where the driver listens.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="mostBytes">What may wait because the driver does not read, bytes. Default 64 MB, as for streams.</param>
    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="OperationCanceledException">Nobody answers.</exception>
    public static async Task<DriverLink> ConnectAsync(IPEndPoint address, CancellationToken cancellation, long mostBytes = RecordStream.MostBytes)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Masters send drivers no heartbeats: a machine that has vanished is found by the network alone.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(address, patience.Token);
            return new(socket, mostBytes);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a message. One for which there is no room ends the link.</summary>
    public void Send(byte[] message)
    {
        if (Interlocked.Add(ref _waiting, message.Length) <= _mostBytes)
        {
            _messages.Writer.TryWrite(message);
        }
        else if (!_overrun.IsCancellationRequested)
        {
            _ = _overrun.CancelAsync();
            _messages.Writer.TryComplete();
        }
    }

    /// <summary>Ends the link after what waits.</summary>
    public void Complete() => _messages.Writer.TryComplete();

    /// <summary>Writes what is sent until either side ends it.</summary>
    /// <param name="ended">Ends it at once.</param>
    /// <returns>Whether everything was written to its end; false: the driver has gone, or does not read.</returns>
    public async Task<bool> RunAsync(CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, _overrun.Token);
        var reading = ReadAsync(either.Token);
        var writing = WriteAsync(either.Token);
        var isWritten = await Task.WhenAny(reading, writing) == writing && await writing && !_overrun.IsCancellationRequested;
        if (isWritten)
        {
            // What was written last is lost when the connection is torn before the driver has read it.
            either.CancelAfter(Patience);
            _socket.Shutdown(SocketShutdown.Send);
            await reading;
        }
        await either.CancelAsync();
        await Task.WhenAll(reading, writing);
        return isWritten;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _overrun.Dispose();
    }

    // Answers are not looked at, only whether the connection stands.
    private async Task ReadAsync(CancellationToken ended)
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, ended) > 0)
            {
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // It does not stand.
        }
    }

    private async Task<bool> WriteAsync(CancellationToken ended)
    {
        try
        {
            await foreach (var message in _messages.Reader.ReadAllAsync(ended))
            {
                for (var sent = 0; sent < message.Length;)
                    sent += await _socket.SendAsync(message.AsMemory(sent), ended);
                Interlocked.Add(ref _waiting, -message.Length);
            }
            return true;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
