using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Recovery;
using Platform.Contracts.Security;
using Platform.Core.Agents;
using Platform.Core.Collections;

namespace Platform.Api.Agents;

/// <summary>One agent's open WebSocket: frames of the agent go to its grain, commands of the grain go to the agent.</summary>
internal sealed partial class AgentConnection(WebSocket socket, IGrainFactory grains, WorkloadIssuer issuer, AgentGate gate, ILogger logger) : IAgentSession, IDisposable
{
    // An agent that does not read what it is sent for so long is not worth the memory.
    private const int MostCommands = 10_000;

    private const int MostTokenRequests = 10_000;
    private const int TokensAtATime = 100;

    private static readonly TimeSpan RegistrationTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromSeconds(1);

    private readonly FrameOrder<AgentCommand> _frames = new();
    private readonly Channel<AgentCommand> _commands = Channel.CreateBounded<AgentCommand>(new BoundedChannelOptions(MostCommands) { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly Queue<TaskTokenRequest> _tokenRequests = new();
    private bool _answersTokens;
    private string _closeReason = "";
    private WebSocketCloseStatus _closeStatus = WebSocketCloseStatus.NormalClosure;

    /// <inheritdoc/>
    public Task SendAsync(AgentCommand command)
    {
        lock (_frames)
        {
            var isFull = _frames.Waiting > MostCommands;
            foreach (var due in _frames.Take(command.Number, command))
                isFull |= !_commands.Writer.TryWrite(due);
            if (isFull)
                Close($"the agent has {MostCommands} commands waiting and reads none");
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CloseAsync(string reason)
    {
        Close(reason);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _closing.Dispose();

    /// <summary>Serves the session until either side ends it.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var stop = stopping.Register(() => Close("the control plane stops"));
        var reference = grains.CreateObjectReference<IAgentSession>(this);
        var agentId = "unknown";
        long epoch = 0;
        Task? writing = null;
        try
        {
            var registration = await ReceiveRegistrationAsync();
            agentId = registration.AgentId;
            if (await gate.RefusalAsync(agentId) is { } refusal)
            {
                await WriteAsync(new() { Refused = refusal });
                throw new SessionFault(refusal);
            }
            var agent = grains.GetGrain<IAgentGrain>(agentId);
            var answer = await agent.RegisterAsync(registration, reference);
            await WriteAsync(answer);
            if (answer.Registered is null)
                throw new SessionFault(answer.Refused ?? "refused");
            epoch = answer.Registered.Epoch;
            await gate.LetInAsync(agentId);
            writing = WriteCommandsAsync();
            await ReadFramesAsync(agent, agentId, epoch);
        }
        catch (SessionFault fault)
        {
            Close(fault.Message, fault.Status);
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or StorageException or TimeoutException or OrleansMessageRejectionException or OperationCanceledException)
        {
            Close(failure.Message, WebSocketCloseStatus.InternalServerError);
        }
        finally
        {
            Close(socket.CloseStatusDescription is { Length: > 0 } said ? $"the agent closed the connection: {said}" : "the agent closed the connection");
            grains.DeleteObjectReference<IAgentSession>(reference);
            if (epoch != 0)
                await grains.GetGrain<IAgentGrain>(agentId).DisconnectAsync(epoch, _closeReason);
            else
                LogNotRegistered(agentId, _closeReason);
            await (writing ?? CloseSocketAsync());
        }
    }

    // What was sent before is still written, then the reason; the agent has a moment to take leave.
    private void Close(string reason, WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure)
    {
        lock (_commands)
        {
            if (_closeReason.Length > 0)
                return;
            _closeReason = reason;
            _closeStatus = status;
        }
        _commands.Writer.TryComplete();
        _closing.CancelAfter(CloseTimeout);
    }

    private async Task<AgentRegistration> ReceiveRegistrationAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        timeout.CancelAfter(RegistrationTimeout);
        try
        {
            var frames = new FrameReader(socket);
            var first = await frames.ReadAsync(timeout.Token) ?? throw new SessionFault("the connection was closed before a registration came");
            return first.Register ?? throw new SessionFault("the first frame must be a registration");
        }
        catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
        {
            throw new SessionFault($"no registration came within {RegistrationTimeout.TotalSeconds} s");
        }
    }

    private async Task ReadFramesAsync(IAgentGrain agent, string agentId, long epoch)
    {
        var frames = new FrameReader(socket);
        while (await frames.ReadAsync(_closing.Token) is { } message)
        {
            if (message.Register is not null)
                throw new SessionFault("a session has only one registration");
            if (!message.Updates.IsEmpty)
                _ = TellAsync(() => agent.UpdateAsync(epoch, message.Updates));
            for (var i = 0; i < message.Files.Count; i++)
                await agent.FileReadAsync(message.Files[i]);
            for (var i = 0; i < message.Exec.Count; i++)
                await agent.ExecOutputAsync(message.Exec[i]);
            if (!message.Messages.IsEmpty)
                await agent.ExecutorMessagesAsync(epoch, message.Messages);
            if (!message.Appeared.IsEmpty)
                await agent.AppearedAsync(epoch, message.Appeared);
            if (!message.TokenRequests.IsEmpty)
                AskForTokens(agentId, message.TokenRequests);
            if (message.Heartbeat is { } heartbeat && !await PatientCall.AskAsync(() => agent.HeartbeatAsync(epoch, heartbeat), IsOpen, TimeProvider.System))
                throw new SessionFault("this session is not known any more: register again");
        }
    }

    // Frames are read meanwhile. The agent itself tells it again only after 10 s, or when it dials anew.
    private async Task TellAsync(Func<Task> tell)
    {
        while (IsOpen())
        {
            try
            {
                await PatientCall.AskAsync(tell, IsOpen, TimeProvider.System);
                return;
            }
            catch (Exception failure) when (failure is TimeoutException or OrleansException or StorageException)
            {
                LogNotHeard(failure, TellAgainAfter);
            }
            await Task.Delay(TellAgainAfter);
        }
    }

    private bool IsOpen() => _closeReason.Length == 0;

    // Owners take their time to answer: frames are read meanwhile. Who asks for more than is answered is asked to come again.
    private void AskForTokens(string agentId, ValueList<TaskTokenRequest> requests)
    {
        lock (_tokenRequests)
        {
            foreach (var request in requests)
            {
                if (_tokenRequests.Count >= MostTokenRequests)
                    _commands.Writer.TryWrite(new() { Tokens = [new() { RequestId = request.RequestId, Problem = "too many tokens are asked for at once" }] });
                else
                    _tokenRequests.Enqueue(request);
            }
            if (_answersTokens || _tokenRequests.Count == 0)
                return;
            _answersTokens = true;
        }
        _ = AnswerTokensAsync(agentId);
    }

    private async Task AnswerTokensAsync(string agentId)
    {
        while (true)
        {
            var batch = new List<TaskTokenRequest>();
            lock (_tokenRequests)
            {
                while (batch.Count < TokensAtATime && _tokenRequests.TryDequeue(out var request))
                    batch.Add(request);
                if (batch.Count == 0)
                {
                    _answersTokens = false;
                    return;
                }
            }
            try
            {
                _commands.Writer.TryWrite(new() { Tokens = await issuer.AnswerAsync(agentId, batch) });
            }
            catch (Exception failure) when (failure is TimeoutException or OrleansException or StorageException)
            {
                _commands.Writer.TryWrite(new() { Tokens = [.. batch.Select(request => new TaskToken { RequestId = request.RequestId, Problem = failure.Message.Split('\n')[0] })] });
            }
        }
    }

    private async Task WriteCommandsAsync()
    {
        try
        {
            while (await _commands.Reader.WaitToReadAsync())
            {
                while (_commands.Reader.TryRead(out var command))
                {
                    while (_commands.Reader.TryPeek(out var next) && CommandMerge.TryMerge(command, next) is { } merged)
                    {
                        command = merged;
                        _commands.Reader.TryRead(out _);
                    }
                    await WriteAsync(command);
                }
            }
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or OperationCanceledException)
        {
            Close(failure.Message, WebSocketCloseStatus.InternalServerError);
        }
        await CloseSocketAsync();
    }

    private async Task WriteAsync(AgentCommand command)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(command, AgentSessionJson.Default.AgentCommand);
        await socket.SendAsync(bytes.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
    }

    private async Task CloseSocketAsync()
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(_closeStatus, Shorten(_closeReason), _closing.Token);
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or OperationCanceledException)
        {
            LogCloseFailed(failure.Message);
        }
    }

    // A close frame carries 123 bytes of reason.
    private static string Shorten(string reason)
    {
        const int Most = 123;
        var text = reason;
        while (System.Text.Encoding.UTF8.GetByteCount(text) > Most)
            text = text[..^Math.Max(1, (text.Length - Most) / 2)];
        return text;
    }

    [LoggerMessage(LogLevel.Warning, "A session of agent {AgentId} did not begin: {Reason}")]
    private partial void LogNotRegistered(string agentId, string reason);

    [LoggerMessage(LogLevel.Debug, "What an agent says was not heard; it is told again in {Pause}")]
    private partial void LogNotHeard(Exception failure, TimeSpan pause);

    [LoggerMessage(LogLevel.Debug, "A session could not be closed in order: {Reason}")]
    private partial void LogCloseFailed(string reason);
}
