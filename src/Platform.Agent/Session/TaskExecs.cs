using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Session;

/// <summary>The commands beside tasks that a session has asked for. They end with the session that asked.</summary>
internal sealed class TaskExecs(TaskTable tasks, TimeProvider time, ILogger logger) : IDisposable
{
    private const int MostAtOnce = 64;
    private const int BytesPerFrame = 256 * 1024;

    // A command that waits longer is given up, as its client would do.
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, TaskExec> _execs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ExecOutput> _outputs = new();
    private CancellationTokenSource _session = new();

    /// <summary>Raised when <see cref="Take"/> has something.</summary>
    public event Action? Ready;

    /// <summary>A new session: nobody hears any more what the commands of the one before write.</summary>
    public void Restart()
    {
        _session.Cancel();
        _session.Dispose();
        _session = new();
        _execs.Clear();
        _outputs.Clear();
    }

    /// <summary>Starts a command. Does not block.</summary>
    public void Add(ExecStart start)
    {
        if (_execs.Count >= MostAtOnce)
        {
            Send(new() { Id = start.Id, Error = $"This agent runs {MostAtOnce} commands beside tasks already" });
            return;
        }
        if (tasks.Find(start.TaskId) is not { } task)
        {
            Send(new() { Id = start.Id, Error = DoesNotRun(start) });
            return;
        }
        var exec = new TaskExec(start, Send, time);
        if (_execs.TryAdd(start.Id, exec))
            _ = RunAsync(exec, start, task, _session.Token);
    }

    /// <summary>Hands something to a command. Does not block.</summary>
    public void Add(ExecInput input)
    {
        if (_execs.TryGetValue(input.Id, out var exec))
            exec.Receive(input);
    }

    /// <summary>Output for the next frame.</summary>
    public ValueList<ExecOutput> Take()
    {
        if (_outputs.IsEmpty)
            return default;
        var taken = new List<ExecOutput>();
        for (var bytes = 0; bytes < BytesPerFrame && _outputs.TryDequeue(out var output); bytes += output.Bytes.Length)
            taken.Add(output);
        if (!_outputs.IsEmpty)
            Ready?.Invoke();
        return taken.ToValueList();
    }

    public void Dispose()
    {
        _session.Cancel();
        _session.Dispose();
    }

    private async Task RunAsync(TaskExec exec, ExecStart start, AgentTask task, CancellationToken session)
    {
        logger.LogInformation("A command is run beside task {TaskId}: {Exec}", start.TaskId, start.Id);
        try
        {
            if (await FindAsync(task, session).ConfigureAwait(false) is { } container)
                await exec.RunAsync(container, task.Over, session).ConfigureAwait(false);
            else
                exec.Fail(DoesNotRun(start));
        }
        catch (OperationCanceledException)
        {
            // Nobody hears of it any more.
        }
        catch (Exception e)
        {
            logger.LogWarning("The command {Exec} beside task {TaskId} is given up: {Reason}", start.Id, start.TaskId, e.Message);
            if (!session.IsCancellationRequested)
                exec.Fail(e.Message);
        }
        _execs.TryRemove(new(start.Id, exec));
        exec.Dispose();
    }

    private static string DoesNotRun(ExecStart start) => $"Task {start.TaskId} does not run on this agent";

    private async Task<Containerizers.IContainer?> FindAsync(AgentTask task, CancellationToken session)
    {
        using var limit = new CancellationTokenSource(FindLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(session, limit.Token);
        try
        {
            return await task.FindRunningAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !session.IsCancellationRequested)
        {
            throw new TaskStartException(TaskReasons.LaunchFailed, $"The agent was started anew and has not found task {task.Spec.TaskId} again yet; what it runs in does not answer. Try again later");
        }
    }

    private void Send(ExecOutput output)
    {
        _outputs.Enqueue(output);
        Ready?.Invoke();
    }
}
