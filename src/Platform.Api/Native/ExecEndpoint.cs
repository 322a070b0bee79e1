using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Api.Agents;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Native;

/// <summary><c>/api/agents/{id}/tasks/{task}/exec</c>: a WebSocket through which a command runs beside a task, for programs and for terminals in browsers.</summary>
/// <remarks>
/// The first message is text, <see cref="ExecRequest"/>: <c>{"command":["sh"],"tty":true,"columns":80,"rows":24}</c>. Then come, from the client, binary
/// messages with bytes of standard input and text messages <c>{"resize":{"columns":80,"rows":24}}</c>, <c>{"signal":15}</c> and <c>{"end":true}</c> (no
/// more input); to the client, <c>{"started":true}</c>, binary messages whose first byte is 1 for standard output and 2 for standard error, and at
/// last <c>{"exitStatus":0}</c> or <c>{"error":"...","status":404}</c>. The command ends with the connection.
/// </remarks>
internal static class ExecEndpoint
{
    private const int LargestMessage = 64 * 1024;

    private static readonly TimeSpan FirstMessage = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    internal static void Map(IEndpointRouteBuilder endpoints, string pattern) => endpoints.Map(pattern, ServeAsync).Needs(Right.OfTask);

    private static async Task ServeAsync(HttpContext http, IGrainFactory grains, string id, string task)
    {
        http.Access().Demand(AccessAction.Update, TaskOwnership.ContainerOf(task));
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            await http.RefuseAsync(StatusCodes.Status426UpgradeRequired, "Commands are run here through a WebSocket.");
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var services = http.RequestServices;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await RunAsync(socket, grains, id, task, services.GetService<TimeProvider>() ?? TimeProvider.System, stop.Token);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            await TellAsync(socket, new(Error: e.Message, Status: StatusCodes.Status503ServiceUnavailable), CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client is gone, or the control plane stops.
        }
        await CloseAsync(socket);
    }

    private static async Task RunAsync(WebSocket socket, IGrainFactory grains, string id, string task, TimeProvider time, CancellationToken stop)
    {
        var (request, problem) = await FirstAsync(socket, stop);
        if (request is null)
        {
            await TellAsync(socket, new(Error: problem, Status: StatusCodes.Status400BadRequest), stop);
            return;
        }
        if (await AgentEndpoints.FindAsync(grains, id) is not { } agent)
        {
            await TellAsync(socket, new(Error: $"Agent '{id}' does not exist", Status: StatusCodes.Status404NotFound), stop);
            return;
        }
        await using var channel = await ExecChannel.OpenAsync(grains, agent.Id, new ExecStart
        {
            TaskId = task,
            Command = request.ToCommand(),
            Environment = (request.Env ?? new Dictionary<string, string>()).ToValueMap(),
            Tty = request.Tty,
            Columns = request.Columns,
            Rows = request.Rows,
        }, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(socket, channel, over);
        await WriteAsync(socket, channel, over.Token);
        // A receive that is cancelled breaks the connection, and with it what was sent last: the client closes it first.
        await CloseAsync(socket);
        await Task.WhenAny(reading, Task.Delay(CloseTimeout, CancellationToken.None));
        await over.CancelAsync();
    }

    private static async Task<(ExecRequest? Request, string Problem)> FirstAsync(WebSocket socket, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(FirstMessage);
        var buffer = new byte[LargestMessage];
        var first = await ReceiveAsync(socket, buffer, limit.Token);
        if (first.MessageType != WebSocketMessageType.Text)
            return (null, "the first message must be text: JSON with 'command' or 'shell'");
        if (Parse(buffer.AsSpan(0, first.Count), NativeJson.Default.ExecRequest) is not { } request)
            return (null, "the first message is no JSON object of this form: {\"command\": [\"sh\"], \"tty\": true}");
        return request.Problems().ToArray() is [_, ..] problems ? (null, string.Join("; ", problems)) : (request, "");
    }

    /// <summary>To the client.</summary>
    private static async Task WriteAsync(WebSocket socket, ExecChannel channel, CancellationToken stop)
    {
        var message = new byte[ExecStart.LargestFrame + 1];
        await foreach (var output in channel.ReadAllAsync(stop))
        {
            if (output.Started)
                await TellAsync(socket, new(Started: true), stop);
            if (output.Bytes.Length > 0)
            {
                if (message.Length <= output.Bytes.Length)
                    message = new byte[output.Bytes.Length + 1];
                message[0] = (byte)(output.IsError ? 2 : 1);
                output.Bytes.CopyTo(message, 1);
                await socket.SendAsync(message.AsMemory(0, output.Bytes.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, stop);
            }
            if (output.Error is { } error)
                await TellAsync(socket, new(Error: error, Status: output.Unreachable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound), stop);
            if (output.ExitStatus is { } status)
                await TellAsync(socket, new(ExitStatus: status), stop);
        }
    }

    /// <summary>From the client; its end is the end of all.</summary>
    private static async Task ReadAsync(WebSocket socket, ExecChannel channel, CancellationTokenSource over)
    {
        try
        {
            var buffer = new byte[LargestMessage];
            while (true)
            {
                var message = await ReceiveAsync(socket, buffer, over.Token);
                if (message.MessageType == WebSocketMessageType.Close)
                    break;
                if (message.MessageType == WebSocketMessageType.Binary)
                    await channel.WriteAsync(buffer.AsMemory(0, message.Count), over.Token);
                else if (Parse(buffer.AsSpan(0, message.Count), NativeJson.Default.ExecControl) is { } control)
                    await ControlAsync(channel, control);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It is gone.
        }
        await over.CancelAsync();
    }

    private static async Task ControlAsync(ExecChannel channel, ExecControl control)
    {
        if (control.Resize is { Columns: > 0, Rows: > 0 } size)
            await channel.ResizeAsync(size.Columns, size.Rows);
        const int LastSignal = 64;
        if (control.Signal is > 0 and <= LastSignal and var signal)
            await channel.SignalAsync(signal);
        if (control.End)
            await channel.EndInputAsync();
    }

    /// <summary>One whole message.</summary>
    private static async Task<ValueWebSocketReceiveResult> ReceiveAsync(WebSocket socket, byte[] buffer, CancellationToken stop)
    {
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            length += result.Count;
            if (result.EndOfMessage || result.MessageType == WebSocketMessageType.Close)
                return new(length, result.MessageType, true);
            if (length == buffer.Length)
                throw new IOException($"a message has more than {LargestMessage} bytes");
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task TellAsync(WebSocket socket, ExecEvent message, CancellationToken stop) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, NativeJson.Default.ExecEvent), WebSocketMessageType.Text, endOfMessage: true, stop);

    private static async Task CloseAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(CloseTimeout);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }
}
