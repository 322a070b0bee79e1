using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;

namespace Platform.Grains.Agents;

/// <content>What is read of tasks and run beside them, through the session.</content>
public sealed partial class AgentGrain
{
    private readonly Dictionary<string, TaskCompletionSource<FileChunk>> _reads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IExecClient> _execs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<FileChunk> ReadFileAsync(FileRequest request)
    {
        if (!HasSession)
            return new() { Error = $"agent {Id} is {_condition}: its files cannot be read now", Unreachable = true };
        var id = Guid.NewGuid().ToString("N");
        var answer = _reads[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = TimeSpan.FromSeconds(Math.Clamp(request.WaitSeconds, 0, FileRequest.LongestWait));
        try
        {
            Send(new() { ReadFiles = [request with { RequestId = id }] });
            return await answer.Task.WaitAsync(options.Value.FileReadTimeout + wait, time);
        }
        catch (TimeoutException)
        {
            return new() { Error = $"agent {Id} did not answer within {(options.Value.FileReadTimeout + wait).TotalSeconds} s", Unreachable = true };
        }
        finally
        {
            _reads.Remove(id);
        }
    }

    /// <inheritdoc/>
    public Task FileReadAsync(FileChunk chunk)
    {
        if (_reads.TryGetValue(chunk.RequestId, out var read))
            read.TrySetResult(chunk);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ExecAsync(ExecStart start, IExecClient client)
    {
        if (!HasSession)
        {
            await client.ReceiveAsync(new() { Id = start.Id, Number = -1, Error = $"agent {Id} is {_condition}: no command can be run there now", Unreachable = true });
            return;
        }
        _execs[start.Id] = client;
        Send(new() { Exec = [start] });
    }

    /// <inheritdoc/>
    public Task ExecInputAsync(ExecInput input)
    {
        if (!HasSession || !_execs.ContainsKey(input.Id))
            return Task.CompletedTask;
        if (input.Close)
            _execs.Remove(input.Id);
        Send(new() { ExecInput = [input] });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ExecOutputAsync(ExecOutput output)
    {
        if (!_execs.TryGetValue(output.Id, out var client))
            return;
        if (output.IsLast)
            _execs.Remove(output.Id);
        await client.ReceiveAsync(output);
    }

    /// <inheritdoc/>
    public Task MessageAsync(ExecutorMessage message)
    {
        if (HasSession)
            Send(new() { Messages = [message] });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ExecutorMessagesAsync(long epoch, ValueList<ExecutorMessage> messages)
    {
        if (!IsCurrent(epoch))
            return Task.CompletedTask;
        foreach (var message in messages)
        {
            if (FrameworkOwner.IdOf(message.Owner) is { } framework)
                GrainFactory.GetGrain<IFrameworkGrain>(framework).ExecutorMessageAsync(Id, message).Ignore();
        }
        return Task.CompletedTask;
    }

    // Their answers would have come through the session that is over.
    private void GiveUp(string reason)
    {
        foreach (var read in _reads.Values)
            read.TrySetResult(new() { Error = $"agent {Id}: {reason}", Unreachable = true });
        foreach (var (id, client) in _execs)
            client.ReceiveAsync(new() { Id = id, Number = -1, Error = $"agent {Id}: {reason}", Unreachable = true }).Ignore();
        _execs.Clear();
    }
}
