using System.Net;
using System.Net.Sockets;

namespace Platform.Client.Tests.Http;

/// <summary>A server that reads what it is sent, and closes the connection in the middle of its answer.</summary>
internal sealed class Breaker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;
    private int _requests;

    internal Breaker()
    {
        _listener.Start();
        _running = RunAsync();
    }

    internal Uri Url => new($"http://{_listener.LocalEndpoint}");

    /// <summary>How many requests it was sent.</summary>
    internal int Requests => Volatile.Read(ref _requests);

    public void Dispose()
    {
        _listener.Dispose();
        _running.Wait();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                if (await client.GetStream().ReadAsync(buffer) == 0)
                    continue;
                Interlocked.Increment(ref _requests);
                // Without a byte of it the runtime itself would ask again.
                await client.GetStream().WriteAsync("HTTP/1.1 "u8.ToArray());
            }
            catch (IOException)
            {
                // The other end was faster.
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
