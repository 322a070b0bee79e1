using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Benchmarks.Agent;

/// <summary>The other end of an agent's session and nothing more: sends launches, acknowledges updates, tells when a task has ended.</summary>
internal sealed class LoopbackMaster : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<TaskUpdate>> _running = new();
    private readonly Channel<AgentCommand> _commands = Channel.CreateUnbounded<AgentCommand>();
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _app;

    private LoopbackMaster(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public Task Registered => _registered.Task;

    public static async Task<LoopbackMaster> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var master = new LoopbackMaster(app);
        app.Map(AgentSessionJson.EndpointPath, master.HoldAsync);
        await app.StartAsync();
        return master;
    }

    /// <summary>Launches a task and completes with its last update.</summary>
    public Task<TaskUpdate> RunAsync(TaskSpec task)
    {
        var end = new TaskCompletionSource<TaskUpdate>(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[task.TaskId] = end;
        _commands.Writer.TryWrite(new AgentCommand { Launch = [task] });
        return end.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HoldAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        _commands.Writer.TryWrite(new AgentCommand { Registered = new AgentRegistered { Epoch = 1, HeartbeatSeconds = 5, UnreachableAfterSeconds = 15 } });
        var sending = SendAsync(socket, context.RequestAborted);
        try
        {
            while (await ReceiveAsync(socket, context.RequestAborted) is { } message)
                Take(message);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The agent has stopped.
        }
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Take(AgentMessage message)
    {
        if (message.Register is not null)
            _registered.TrySetResult();
        if (message.Updates.IsEmpty)
            return;
        _commands.Writer.TryWrite(new AgentCommand { Acknowledge = [.. message.Updates.Select(u => u.UpdateId)] });
        foreach (var update in message.Updates)
        {
            if (update.State.IsTerminal() && _running.TryRemove(update.TaskId, out var end))
                end.TrySetResult(update);
        }
    }

    private async Task SendAsync(WebSocket socket, CancellationToken cancellation)
    {
        await foreach (var command in _commands.Reader.ReadAllAsync(cancellation))
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(command, AgentSessionJson.Default.AgentCommand);
            await socket.SendAsync(bytes.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
    }

    private static async Task<AgentMessage?> ReceiveAsync(WebSocket socket, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.GetMemory(4096), cancellation);
            if (result.MessageType == WebSocketMessageType.Close)
                return null;
            buffer.Advance(result.Count);
            if (result.EndOfMessage)
                return JsonSerializer.Deserialize(buffer.WrittenSpan, AgentSessionJson.Default.AgentMessage);
        }
    }
}
