using System.Net.Sockets;

namespace Platform.Agent.Tests.Testing;

/// <summary>
/// A Docker Engine that tells what it is and which containers it has, but nothing of a single one (or does not do something else) until it may. Or one that ends the first stream
/// of output that is followed when it has given what is there, and tells nothing more of a single container from then on until it may.
/// </summary>
internal sealed class SlowEngine : IAsyncDisposable
{
    private static readonly byte[] OfAll = "/containers/json"u8.ToArray();

    private static readonly byte[] Followed = "follow=1"u8.ToArray();

    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _may = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _heldBack;
    private readonly Uri _engine;
    private readonly Task _accepting;

    private volatile bool _holds;

    /// <param name="engine">The engine.</param>
    /// <param name="socket">Where it listens in its place.</param>
    /// <param name="endsOutput">It ends the first stream of output.</param>
    /// <param name="holds">A part of the addresses that it holds back.</param>
    public SlowEngine(Uri engine, string socket, bool endsOutput = false, string holds = "/containers/")
    {
        _heldBack = System.Text.Encoding.ASCII.GetBytes(holds);
        _holds = !endsOutput;
        (_engine, Endpoint) = (engine, new Uri("unix://" + socket));
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>Completes when something was asked that waits until it may.</summary>
    public Task Held => _held.Task;

    public void Release() => _may.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
                relays.Add(RelayAsync(await _listener.AcceptAsync(_over.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var from = client;
        using var to = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await to.ConnectAsync(new UnixDomainSocketEndPoint(_engine.LocalPath), _over.Token);
            await Task.WhenAll(CopyAsync(from, to, mayWait: true), CopyAsync(to, from, mayWait: false));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // One side is gone.
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool mayWait)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, _over.Token) is > 0 and var count)
        {
            var asked = buffer.AsMemory(0, count);
            if (mayWait && asked.Span.IndexOf(_heldBack) >= 0 && asked.Span.IndexOf(OfAll) < 0)
            {
                if (_holds && !_may.Task.IsCompleted)
                {
                    _held.TrySetResult();
                    await _may.Task.WaitAsync(_over.Token);
                }
                else if (!_holds && asked.Span.IndexOf(Followed) is >= 0 and var at)
                {
                    asked.Span[at + Followed.Length - 1] = (byte)'0';
                    _holds = true;
                }
            }
            await to.SendAsync(buffer.AsMemory(0, count), _over.Token);
        }
        to.Shutdown(SocketShutdown.Send);
    }
}
