using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Agents;

/// <summary>A command that runs beside a task. One reads its output at a time; input, sizes and signals may come from others.</summary>
public sealed class ExecSession : IAsyncDisposable
{
    private const int LargestMessage = 256 * 1024;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Wire wire;
    private readonly WebSocket socket;
    private readonly SemaphoreSlim sending = new(1);
    private readonly byte[] buffer = new byte[LargestMessage];

    private ExecSession(Wire wire, WebSocket socket)
    {
        this.wire = wire;
        this.socket = socket;
    }

    /// <summary>Its exit status once <see cref="ReadAsync"/> has ended, 128 + n after signal n; null before.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>What it writes, until it has ended.</summary>
    /// <exception cref="PlatformException">It was broken off: its task ended, or its agent or the control plane is out of reach.</exception>
    public async IAsyncEnumerable<ExecOutput> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (ExitStatus is null)
        {
            var (type, count) = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (type == WebSocketMessageType.Close)
                throw new PlatformException(PlatformError.Unavailable, "the control plane closed the connection before the command ended");
            if (type == WebSocketMessageType.Binary && count > 1)
                yield return new(buffer[0] == 2, buffer.AsMemory(1, count - 1));
            else if (type == WebSocketMessageType.Text)
                ExitStatus = Parse(count)["exitStatus"]?.GetValue<int>();
        }
    }

    /// <summary>Bytes for its standard input. Waits while it takes none.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        const int Part = 16 * 1024;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Part, bytes.Length)..])
            await SendAsync(bytes[..Math.Min(Part, bytes.Length)], WebSocketMessageType.Binary, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>No more input will come.</summary>
    public Task EndInputAsync(CancellationToken cancellationToken = default) => SendAsync(new JsonObject { ["end"] = true }, cancellationToken);

    /// <summary>The terminal has another size.</summary>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancellationToken = default) =>
        SendAsync(new JsonObject { ["resize"] = new JsonObject { ["columns"] = columns, ["rows"] = rows } }, cancellationToken);

    /// <summary>Sends it a signal, by the number that Linux has for it.</summary>
    public Task SignalAsync(int signal, CancellationToken cancellationToken = default) => SendAsync(new JsonObject { ["signal"] = signal }, cancellationToken);

    /// <summary>Ends the command if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            socket.Abort();
        }
        socket.Dispose();
        sending.Dispose();
    }

    internal static async Task<ExecSession> OpenAsync(Wire wire, string path, IReadOnlyList<string> command, ExecOptions options, CancellationToken cancellationToken)
    {
        var session = new ExecSession(wire, await wire.ConnectAsync(path, cancellationToken).ConfigureAwait(false));
        try
        {
            await session.SendAsync(new JsonObject
            {
                ["command"] = new JsonArray([.. command.Select(word => (JsonNode)word)]),
                ["user"] = options.User,
                ["env"] = new JsonObject(options.Environment.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
                ["tty"] = options.Tty,
                ["columns"] = options.Columns,
                ["rows"] = options.Rows,
            }, cancellationToken).ConfigureAwait(false);
            var (type, count) = await session.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (type != WebSocketMessageType.Text || session.Parse(count)["started"]?.GetValue<bool>() != true)
                throw new PlatformException(PlatformError.Unavailable, "the control plane closed the connection before the command began");
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Task SendAsync(JsonObject message, CancellationToken cancellationToken) =>
        SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, cancellationToken);

    private async Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException)
        {
            throw wire.Away(exception);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task<(WebSocketMessageType Type, int Count)> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var count = 0; ;)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(count), cancellationToken).ConfigureAwait(false);
                count += result.Count;
                if (result.EndOfMessage || result.MessageType == WebSocketMessageType.Close)
                    return (result.MessageType, count);
                if (count == buffer.Length)
                    throw new PlatformException(PlatformError.Refused, $"a message of more than {LargestMessage} bytes came");
            }
        }
        catch (Exception exception) when (exception is WebSocketException or IOException)
        {
            throw wire.Away(exception);
        }
    }

    // A text message; one with an error is thrown.
    private JsonObject Parse(int count)
    {
        JsonObject message;
        try
        {
            message = JsonNode.Parse(buffer.AsSpan(0, count)) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException exception)
        {
            throw new PlatformException(PlatformError.Refused, $"a message that is not understood came: {exception.Message}", exception);
        }
        if (message["error"]?.GetValue<string>() is not { } error)
            return message;
        throw new PlatformException(message["status"]?.GetValue<int>() switch
        {
            400 => PlatformError.Invalid,
            404 => PlatformError.NotFound,
            503 => PlatformError.Unavailable,
            _ => PlatformError.Refused,
        }, error);
    }
}
