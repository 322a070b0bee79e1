using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>A way to a port of this machine that a test can cut and mend: what goes through it is passed on byte by byte.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly IPEndPoint target;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> ends = [];
    private readonly CancellationTokenSource closing = new();
    private readonly Task accepting;
    private volatile TaskCompletionSource passing = Passing();
    private volatile bool refuses;

    internal Wire(string address)
    {
        target = IPEndPoint.Parse(address);
        passing.SetResult();
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>How it is reached: <c>host:port</c>.</summary>
    internal string Address => listener.LocalEndpoint.ToString()!;

    /// <summary>Ends all connections and lets none come about.</summary>
    internal void Cut()
    {
        refuses = true;
        foreach (var end in ends.Keys)
            end.Close();
    }

    /// <summary>Keeps all connections, lets new ones come about, and passes nothing on any more.</summary>
    internal void Swallow() => passing = Passing();

    /// <summary>Passes everything on again, also what it has kept meanwhile.</summary>
    internal void Mend()
    {
        refuses = false;
        passing.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        Cut();
        listener.Stop();
        await accepting;
        listener.Dispose();
        closing.Dispose();
    }

    private static TaskCompletionSource Passing() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = JoinAsync(await listener.AcceptSocketAsync(closing.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task JoinAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        ends[near] = ends[far] = true;
        try
        {
            if (refuses)
                return;
            await far.ConnectAsync(target, closing.Token);
            await Task.WhenAny(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other end is away, or the wire was cut.
        }
        finally
        {
            ends.TryRemove(near, out _);
            ends.TryRemove(far, out _);
            near.Dispose();
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), closing.Token) is var count and > 0)
            {
                await passing.Task.WaitAsync(closing.Token);
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), closing.Token);
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
