using System.Net;
using System.Net.Sockets;

namespace Platform.Client.Tests.Http;

/// <summary>A server that reads what it is sent and never answers.</summary>
internal sealed class Silent : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    internal Silent()
    {
        _listener.Start();
        _running = RunAsync();
    }

    internal Uri Url => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Done when a request has come.</summary>
    internal Task Asked => _asked.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Dispose()
    {
        _listener.Dispose();
        _running.Wait();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            while (await client.GetStream().ReadAsync(buffer) > 0)
                _asked.TrySetResult();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException or IOException)
        {
            // The test has ended.
        }
    }
}
