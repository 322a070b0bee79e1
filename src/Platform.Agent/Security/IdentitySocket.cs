using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Logging;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Contracts.Security;

namespace Platform.Agent.Security;

/// <summary>
/// Where a task asks for tokens: HTTP over a local socket, <c>GET /token?audience=X</c>. The kernel tells which process asks, and those of the task
/// alone are answered, whoever else can open the socket.
/// </summary>
internal sealed class IdentitySocket : IDisposable
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: pid, uid, gid
    private const int LongestPath = 107;
    private const int LongestRequest = 4096;
    private const int MostAtOnce = 8;

    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(15);

    private readonly Socket _socket;
    private readonly Func<int, CancellationToken, Task<bool>> _owns;
    private readonly Func<string, CancellationToken, Task<TaskToken>> _give;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _room = new(MostAtOnce);

    private IdentitySocket(Socket socket, Func<int, CancellationToken, Task<bool>> owns, Func<string, CancellationToken, Task<TaskToken>> give) =>
        (_socket, _owns, _give) = (socket, owns, give);

    /// <summary>Opens the socket; null: it cannot be had here, which the log tells.</summary>
    /// <param name="path">Where.</param>
    /// <param name="owner">Who may open it; null: the agent's user.</param>
    /// <param name="owns">Whether a process is one of the task's.</param>
    /// <param name="give">A token for an audience; empty: that of the task's definition.</param>
    /// <param name="logger">The agent's.</param>
    public static IdentitySocket? Open(
        string path, UserAccount? owner, Func<int, CancellationToken, Task<bool>> owns, Func<string, CancellationToken, Task<TaskToken>> give, ILogger logger)
    {
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            logger.LogWarning("No socket for tokens at {Path}: its path is longer than {Longest} bytes", path, LongestPath);
            return null;
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // That of an earlier run of the agent.
            File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (owner is not null)
                _ = Libc.ChangeOwner(path, owner.Uid, owner.Gid);
            socket.Listen(MostAtOnce);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            logger.LogWarning("No socket for tokens at {Path}: {Reason}", path, e.Message);
            return null;
        }
        var opened = new IdentitySocket(socket, owns, give);
        _ = opened.AcceptAsync();
        return opened;
    }

    public void Dispose()
    {
        _closing.Cancel();
        _socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_closing.IsCancellationRequested)
            {
                await _room.WaitAsync(_closing.Token).ConfigureAwait(false);
                var client = await _socket.AcceptAsync(_closing.Token).ConfigureAwait(false);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The task has ended, or the agent stops.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(RequestLimit);
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var (status, body) = await AnswerAsync(client, stream, limit.Token).ConfigureAwait(false);
            var bytes = Encoding.UTF8.GetBytes(body);
            var head = $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. bytes], limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client went away, or was too slow.
        }
        finally
        {
            client.Dispose();
            _room.Release();
        }
    }

    private async Task<(string Status, string Body)> AnswerAsync(Socket client, NetworkStream stream, CancellationToken cancellation)
    {
        if (await ReadAsync(stream, cancellation).ConfigureAwait(false) is not { } line)
            return ("400 Bad Request", Problem("this is no request of HTTP/1.1 with at most 4096 bytes"));
        if (PeerOf(client) is not { } pid || !await _owns(pid, cancellation).ConfigureAwait(false))
            return ("403 Forbidden", Problem("only the task's own processes get its tokens"));
        if (line.Split(' ') is not ["GET", var target, "HTTP/1.1" or "HTTP/1.0"])
            return ("405 Method Not Allowed", Problem("ask with GET /token?audience=X"));
        var parts = target.Split('?', 2);
        if (parts[0] != "/token")
            return ("404 Not Found", Problem("there is only /token?audience=X here"));
        var audience = "";
        foreach (var pair in parts.Length < 2 ? [] : parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is not ["audience", var value])
                return ("400 Bad Request", Problem("the only parameter is audience"));
            audience = Uri.UnescapeDataString(value.Replace('+', ' '));
        }
        var token = await _give(audience, cancellation).ConfigureAwait(false);
        return token.Text is { } text
            ? ("200 OK", $$"""{"token":"{{text.Value}}","expiresAt":"{{token.ExpiresAt:O}}"}""")
            : ("503 Service Unavailable", Problem(token.Problem ?? "the control plane signs no token now"));
    }

    // The first line; the rest of the head is passed over.
    private static async Task<string?> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[LongestRequest];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            if (read == 0)
                return null;
            length += read;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                return Encoding.ASCII.GetString(buffer, 0, buffer.AsSpan(0, length).IndexOf("\r\n"u8));
        }
        return null;
    }

    private static int? PeerOf(Socket client)
    {
        Span<byte> credentials = stackalloc byte[12];
        return client.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == credentials.Length && MemoryMarshal.Read<int>(credentials) is > 0 and var pid ? pid : null;
    }

    private static string Problem(string text) => $$"""{"message":"{{JavaScriptEncoder.Default.Encode(text)}}"}""";
}
