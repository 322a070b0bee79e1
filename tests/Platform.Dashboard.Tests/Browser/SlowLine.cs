using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>A way to a server on which everything takes a while in each direction, as from the other side of the world.</summary>
internal sealed class SlowLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _port;
    private readonly TimeSpan _delay;
    private readonly Task _accepting;

    /// <param name="port">Where the server listens on loopback.</param>
    /// <param name="delay">How long what is sent is on its way.</param>
    public SlowLine(int port, TimeSpan delay)
    {
        (_port, _delay) = (port, delay);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it begins.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // Nobody else is let in.
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        try
        {
            using (near)
            using (var far = new TcpClient { NoDelay = true })
            {
                near.NoDelay = true;
                await far.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
                await Task.WhenAny(PumpAsync(near.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), near.GetStream()));
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // One end has hung up, and so does the other.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var parts = Channel.CreateUnbounded<(long At, byte[] Bytes)>();
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReadAsync(buffer, _stopping.Token) is > 0 and var read)
                    parts.Writer.TryWrite((Environment.TickCount64 + (long)_delay.TotalMilliseconds, buffer[..read]));
            }
            finally
            {
                parts.Writer.Complete();
            }
        });
        await foreach (var (at, bytes) in parts.Reader.ReadAllAsync(_stopping.Token))
        {
            if (at - Environment.TickCount64 is > 0 and var rest)
                await Task.Delay((int)rest, _stopping.Token);
            await to.WriteAsync(bytes, _stopping.Token);
        }
        await reading;
    }
}
