using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Platform.Contracts.Agents;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Testing;

/// <summary>One session of an agent as the control plane sees it.</summary>
internal sealed class TestSession(WebSocket socket, AgentRegistration registration) : IDisposable
{
    private readonly Channel<TaskUpdate> _updates = Channel.CreateUnbounded<TaskUpdate>();
    private readonly Channel<FileChunk> _files = Channel.CreateUnbounded<FileChunk>();
    private readonly Channel<AgentUsage> _heartbeats = Channel.CreateUnbounded<AgentUsage>();
    private readonly Channel<ExecOutput> _execs = Channel.CreateUnbounded<ExecOutput>();
    private readonly Channel<AppearedFile> _appeared = Channel.CreateUnbounded<AppearedFile>();
    private readonly HashSet<AppearedFile> _seen = [];
    private readonly SemaphoreSlim _sending = new(1);

    public AgentRegistration Registration { get; } = registration;

    /// <summary>Told of every update, before it is acknowledged.</summary>
    public Action<TaskUpdate>? Told { get; init; }

    /// <summary>Every update is acknowledged at once when this is set.</summary>
    public bool AutoAcknowledge { get; init; }

    public Task LaunchAsync(params TaskSpec[] tasks) => SendAsync(new AgentCommand { Launch = [.. tasks] });

    public Task KillAsync(TaskSpec task, double? grace = null, string? reason = null) =>
        SendAsync(new AgentCommand { Kill = [new TaskKill { TaskId = task.TaskId, Owner = task.Owner, GraceSeconds = grace, Reason = reason }] });

    public Task AcknowledgeAsync(TaskUpdate update) => SendAsync(new AgentCommand { Acknowledge = [update.UpdateId] });

    /// <summary>The next update of any task.</summary>
    public async Task<TaskUpdate> UpdateAsync() => await _updates.Reader.ReadAsync(Deadline.Token());

    /// <summary>The next update that fits; others before it are passed over.</summary>
    public async Task<TaskUpdate> UpdateAsync(Func<TaskUpdate, bool> fits)
    {
        while (true)
        {
            var update = await UpdateAsync();
            if (fits(update))
                return update;
        }
    }

    /// <summary>The next update of the task in this state.</summary>
    public Task<TaskUpdate> UpdateAsync(TaskSpec task, TaskState state) => UpdateAsync(u => u.TaskId == task.TaskId && u.State == state);

    /// <summary>The last update of the task.</summary>
    public Task<TaskUpdate> EndAsync(TaskSpec task) => UpdateAsync(u => u.TaskId == task.TaskId && u.State.IsTerminal());

    public async Task<AgentUsage> HeartbeatAsync() => await _heartbeats.Reader.ReadAsync(Deadline.Token());

    public async Task<FileChunk> ReadAsync(FileRequest request)
    {
        await SendAsync(new AgentCommand { ReadFiles = [request] });
        return await _files.Reader.ReadAsync(Deadline.Token());
    }

    /// <summary>The next frame of a command beside a task that is more than a sign of life.</summary>
    public async Task<ExecOutput> ExecAsync()
    {
        while (true)
        {
            var output = await _execs.Reader.ReadAsync(Deadline.Token());
            if (output.Bytes.Length > 0 || output.Started || output.IsLast)
                return output;
        }
    }

    /// <summary>Waits until the only command beside a task has taken so many bytes of its input.</summary>
    public async Task TakenAsync(long bytes)
    {
        while ((await _execs.Reader.ReadAsync(Deadline.Token())).Taken < bytes)
        {
        }
    }

    public Task WatchAsync(FileWatchSet watches) => SendAsync(new AgentCommand { Watch = watches });

    /// <summary>The next file that has appeared and was not told of before in this session; or the next one whatever was told.</summary>
    public async Task<AppearedFile> AppearedAsync(bool repeated = false)
    {
        while (true)
        {
            var file = await _appeared.Reader.ReadAsync(Deadline.Token());
            if (_seen.Add(file) || repeated)
                return file;
        }
    }

    /// <summary>The next answer to a read.</summary>
    public async Task<FileChunk> FileAsync() => await _files.Reader.ReadAsync(Deadline.Token());

    /// <summary>Asks, and returns the first answer that fits; others before it are passed over.</summary>
    public async Task<FileChunk> FileAsync(Func<FileChunk, bool> fits, FileRequest request)
    {
        await SendAsync(new AgentCommand { ReadFiles = [request] });
        while (true)
        {
            var chunk = await FileAsync();
            if (fits(chunk))
                return chunk;
        }
    }

    public async Task SendAsync(AgentCommand command)
    {
        await _sending.WaitAsync();
        try
        {
            await SendAsync(socket, command);
        }
        finally
        {
            _sending.Release();
        }
    }

    public async Task SendTextAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Deadline.Token());
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose() => _sending.Dispose();

    /// <summary>The connection breaks without a word.</summary>
    public void Drop() => socket.Abort();

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await ReceiveAsync(socket, cancellation) is { } message)
            {
                if (message.Heartbeat is { } usage)
                    _heartbeats.Writer.TryWrite(usage);
                foreach (var chunk in message.Files)
                    _files.Writer.TryWrite(chunk);
                foreach (var output in message.Exec)
                    _execs.Writer.TryWrite(output);
                foreach (var file in message.Appeared)
                    _appeared.Writer.TryWrite(file);
                foreach (var update in message.Updates)
                    Told?.Invoke(update);
                if (AutoAcknowledge && !message.Updates.IsEmpty)
                    await SendAsync(new AgentCommand { Acknowledge = [.. message.Updates.Select(u => u.UpdateId)] });
                foreach (var update in message.Updates)
                    _updates.Writer.TryWrite(update);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The agent or the test has dropped it.
        }
        _updates.Writer.TryComplete();
    }

    public static Task SendAsync(WebSocket socket, AgentCommand command) => socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(command, AgentSessionJson.Default.AgentCommand), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public static async Task<AgentMessage?> ReceiveAsync(WebSocket socket, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer, cancellation);
            if (result.MessageType == WebSocketMessageType.Close)
                return null;
            content.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
                return JsonSerializer.Deserialize(content.ToArray(), AgentSessionJson.Default.AgentMessage);
        }
    }
}
