using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Agent.Security;
using Platform.Contracts.Agents;

namespace Platform.Agent.Session;

/// <summary>Keeps one session with one of the masters: dials, registers, carries frames both ways, and dials again when it breaks.</summary>
internal sealed class AgentSession(
    IReadOnlyList<Uri> masters, ISessionPeer peer, HttpMessageInvoker http, TimeProvider time, ILogger logger, Func<CancellationToken, ValueTask<string?>>? token = null, AgentCertificateKeeper? certificates = null)
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private TimeSpan _longestDelay = SessionBackoff.Longest;
    private (TimeSpan Interval, TimeSpan Timeout) _keepAlive = SessionBackoff.KeepAliveFor(SessionBackoff.Longest * 3);
    private int _failures;
    private string _reason = "";
    private bool _isCertified;
    private int _next;

    /// <summary>The control plane that it has a session with, or dials.</summary>
    public Uri Master => masters[_next];

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="AgentStartException">The control plane refused the agent for good.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var master = masters[_next];
            string reason;
            try
            {
                reason = await HoldAsync(master, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or SocketException
                or OperationCanceledException or JsonException or InvalidDataException or ObjectDisposedException)
            {
                reason = e is OperationCanceledException ? $"no answer within {DialTimeout.TotalSeconds:0} s" : (e.InnerException ?? e).Message;
            }
            _failures++;
            _next = (_next + 1) % masters.Count;
            var delay = SessionBackoff.Delay(_failures, Random.Shared.NextDouble(), _longestDelay);
            logger.Log(_failures > 1 && reason == _reason ? LogLevel.Debug : LogLevel.Warning,
                "No session with {Master}: {Reason}. Dialing again in {Delay:0.0} s (failure {Failures})", master, reason, delay.TotalSeconds, _failures);
            _reason = reason;
            if (!_isCertified)
                certificates?.TryAgain();
            try
            {
                await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>The address of the session's endpoint at a master.</summary>
    public static Uri Endpoint(Uri master) => new UriBuilder(master)
    {
        Scheme = master.Scheme is "https" or "wss" ? "wss" : "ws",
        Path = AgentSessionJson.EndpointPath,
    }.Uri;

    /// <summary>One session from dial to break; returns why it ended.</summary>
    private async Task<string> HoldAsync(Uri master, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = _keepAlive;
        using (var dial = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
        {
            dial.CancelAfter(DialTimeout);
            if (certificates is not null)
                await certificates.EnsureAsync(master, http, dial.Token).ConfigureAwait(false);
            if (await TokenAsync(dial.Token).ConfigureAwait(false) is { } shown)
                socket.Options.SetRequestHeader("Authorization", "Bearer " + shown);
            _isCertified = certificates?.Current is not null;
            socket.Options.CollectHttpResponseDetails = true;
            try
            {
                await socket.ConnectAsync(Endpoint(master), http, dial.Token).ConfigureAwait(false);
            }
            catch (WebSocketException) when (_isCertified && socket.HttpStatusCode == System.Net.HttpStatusCode.Unauthorized)
            {
                certificates?.Refused();
                throw;
            }
        }
        // Not cancelled when the agent stops: a cancelled read or write would break the connection, and the leave could not be taken.
        using var session = new CancellationTokenSource();
        await SendAsync(socket, new AgentMessage { Register = peer.Register() }, cancellation).ConfigureAwait(false);
        var answer = await FirstAnswerAsync(socket, cancellation).ConfigureAwait(false);
        if (answer?.Registered is not { } registered)
        {
            if (answer?.Refused is { } refusal && answer.Final)
                throw new AgentStartException($"{master} refused this agent: {refusal}");
            return answer?.Refused ?? "closed before the registration was answered";
        }
        _failures = 0;
        if (registered.UnreachableAfterSeconds > 0)
        {
            var unreachableAfter = TimeSpan.FromSeconds(registered.UnreachableAfterSeconds);
            (_longestDelay, _keepAlive) = (SessionBackoff.LongestFor(unreachableAfter), SessionBackoff.KeepAliveFor(unreachableAfter));
        }
        logger.LogInformation("Registered with {Master}, session {Epoch}", master, registered.Epoch);
        peer.Registered(registered);
        peer.Receive(answer);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Token);
        var keeping = certificates?.KeepAsync(master, http, ending.Token) ?? Task.CompletedTask;
        var sending = SendAllAsync(socket, ending.Token, session.Token);
        var receiving = ReceiveAllAsync(socket, session.Token);
        try
        {
            var first = await Task.WhenAny(receiving, sending).WaitAsync(cancellation).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            return socket.CloseStatusDescription is { Length: > 0 } said ? said : "the connection was closed";
        }
        finally
        {
            if (cancellation.IsCancellationRequested)
            {
                await Task.WhenAny(sending, Task.Delay(CloseTimeout, CancellationToken.None)).ConfigureAwait(false);
                await CloseAsync(socket).ConfigureAwait(false);
                await Task.WhenAny(receiving, Task.Delay(CloseTimeout, CancellationToken.None)).ConfigureAwait(false);
            }
            socket.Abort();
            await session.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // It tells whom to trust, also where the certificate is what is shown.
    private async Task<string?> TokenAsync(CancellationToken cancellation)
    {
        try
        {
            return token is null ? null : await token(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (certificates?.Current is not null && e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<AgentCommand?> FirstAnswerAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        answer.CancelAfter(DialTimeout);
        var buffer = new ArrayBufferWriter<byte>(4096);
        return await ReceiveAsync(socket, buffer, answer.Token).ConfigureAwait(false);
    }

    // A frame that was begun is sent to its end, so that what follows it is understood.
    private async Task SendAllAsync(ClientWebSocket socket, CancellationToken ending, CancellationToken session)
    {
        while (!ending.IsCancellationRequested)
            await SendAsync(socket, await peer.NextAsync(ending).ConfigureAwait(false), session).ConfigureAwait(false);
    }

    private static ValueTask SendAsync(ClientWebSocket socket, AgentMessage message, CancellationToken cancellation) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, AgentSessionJson.Default.AgentMessage).AsMemory(),
            WebSocketMessageType.Text, endOfMessage: true, cancellation);

    private async Task ReceiveAllAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (await ReceiveAsync(socket, buffer, cancellation).ConfigureAwait(false) is { } command)
            peer.Receive(command);
    }

    /// <summary>The next frame; null when the other side closes.</summary>
    private static async Task<AgentCommand?> ReceiveAsync(ClientWebSocket socket, ArrayBufferWriter<byte> buffer, CancellationToken cancellation)
    {
        buffer.ResetWrittenCount();
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.GetMemory(4096), cancellation).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
                return null;
            buffer.Advance(result.Count);
            if (buffer.WrittenCount > AgentSessionJson.MaxFrameBytes)
                throw new InvalidDataException($"a frame of more than {AgentSessionJson.MaxFrameBytes} bytes arrived");
            if (result.EndOfMessage)
                break;
        }
        return JsonSerializer.Deserialize(buffer.WrittenSpan, AgentSessionJson.Default.AgentCommand)
            ?? throw new InvalidDataException("a frame without content arrived");
    }

    private static async Task CloseAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "the agent stops", limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            socket.Abort();
        }
    }
}
