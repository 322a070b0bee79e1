using Microsoft.Extensions.Logging;
using Platform.Agent.Containerizers;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using Win32Exception = System.ComponentModel.Win32Exception;

namespace Platform.Agent.Tasks;

/// <summary>One task of this agent, from its arrival to the acknowledgement of its end.</summary>
internal sealed partial class AgentTask : IDisposable
{
    private readonly TaskServices _services;
    private readonly string _file;
    private readonly string _sandbox;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _killOrdered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _killDeadline;
    private readonly CancellationTokenSource _stopPreparing = new();
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskRecord _record;
    private TaskUpdate _status;
    private KillOrder? _kill;
    private IContainer? _container;
    private TaskGroup? _group;
    private volatile bool _runs;
    private ValueList<string> _addresses;
    private ValueList<string> _addressesOfItsOwn;
    private string? _frameworkTaskId;

    private AgentTask(TaskRecord record, TaskUpdate status, TaskServices services)
    {
        _record = record;
        _status = status;
        _services = services;
        Held = record.Spec.Held.NonRevocable();
        _addresses = [services.Address];
        _file = services.Work.TaskFile(record.Spec.TaskId);
        _sandbox = services.Work.Sandbox(record.Spec.TaskId);
        if (status.State.IsTerminal())
            _over.SetResult();
        _killDeadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
    }

    /// <summary>Raised once, with the last update, when the task has ended.</summary>
    public event Action<AgentTask, TaskUpdate>? Ended;

    /// <summary>Completes when the task has ended and all who wanted to know have been told.</summary>
    public Task Over => _over.Task;

    /// <summary>Completes when the task is ordered to end.</summary>
    public Task KillOrdered => _killOrdered.Task;

    /// <summary>What it is.</summary>
    public TaskSpec Spec => _record.Spec;

    /// <summary>What nobody else may have while it is not over.</summary>
    public Resources Held { get; }

    /// <summary>Its latest update.</summary>
    public TaskUpdate Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    /// <summary>Its sandbox folder.</summary>
    public string Sandbox => _sandbox;

    /// <summary>What it runs in; null if it does not run, or was not found again yet by this run of the agent.</summary>
    public IContainer? Running => _runs ? _container : null;

    /// <summary>What it runs in, waited for when it runs by all that was told and this run of the agent has not found it again yet; null if it does not run.</summary>
    public async Task<IContainer?> FindRunningAsync(CancellationToken cancellation)
    {
        if (Running is { } container)
            return container;
        if (Status.State is not (TaskState.Running or TaskState.Killing))
            return null;
        await Task.WhenAny(_found.Task, Over).WaitAsync(cancellation).ConfigureAwait(false);
        return Running;
    }

    // A process that asks may be quicker than the word that the task runs.
    private async Task<bool> OwnsAsync(int pid, CancellationToken cancellation)
    {
        await Task.WhenAny(_found.Task, Over).WaitAsync(cancellation).ConfigureAwait(false);
        return Running?.Owns(pid) == true;
    }

    /// <summary>What a registration says of it.</summary>
    public TaskReport Report => TaskReport.Of(Spec, Status, _record.AcceptedAt);

    /// <summary>Writes a new task down.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static AgentTask Accept(TaskSpec spec, TaskServices services)
    {
        var now = services.Time.GetUtcNow();
        var record = new TaskRecord { Spec = spec, AcceptedAt = now, BootId = services.Work.BootId };
        var task = new AgentTask(record, Staging(spec, now), services);
        try
        {
            TaskSecrets.Save(spec, services.Work);
            TaskFile.Create(task._file, record with { Spec = TaskSecrets.Without(spec) });
        }
        catch (IOException)
        {
            TaskSecrets.Remove(spec, services.Work);
            throw;
        }
        return task;
    }

    /// <summary>A task that an earlier run of the agent accepted.</summary>
    /// <exception cref="IOException">The values of its secrets cannot be read.</exception>
    public static AgentTask Recover(TaskRecord record, KillOrder? kill, TaskServices services)
    {
        record = record with { Spec = TaskSecrets.Restore(record.Spec, services.Work) };
        return new(record, services.Journal.Latest(record.Spec.TaskId) ?? Staging(record.Spec, record.AcceptedAt), services) { _kill = kill };
    }

    /// <summary>Ends the task. A later order can only shorten the grace.</summary>
    public void Kill(KillOrder order)
    {
        lock (_gate)
        {
            if (_status.State.IsTerminal())
                return;
            if (_kill is null)
            {
                _kill = order;
                TryWriteKill(order);
                _services.Logger.LogInformation("Killing task {TaskId} with {Grace} s of grace: {Reason}", Spec.TaskId, order.GraceSeconds, order.Message ?? order.Reason ?? "asked for");
            }
            else if (order.GraceSeconds >= _kill.GraceSeconds)
            {
                return;
            }
            _killDeadline.CancelAfter(TimeSpan.FromSeconds(Math.Max(0, order.GraceSeconds)));
        }
        _stopPreparing.Cancel();
        _killOrdered.TrySetResult();
    }

    /// <summary>The order to end that it has; null: none.</summary>
    public KillOrder? Ordered => _kill;

    /// <summary>The grace of the kill that was ordered; null: none was.</summary>
    public double? KillGraceSeconds => _kill?.GraceSeconds;

    /// <summary>True once all that it had of the machine is given back. For its group, and under the lock of that.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Runs the task, or goes on with it, to its end.</summary>
    /// <param name="group">Its group; null: it is alone.</param>
    public async Task RunAsync(TaskGroup? group)
    {
        _group = group;
        TaskUpdate last;
        try
        {
            last = await RunToEndAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_services.Stopping.IsCancellationRequested)
        {
            return;
        }
        catch (TaskStartException e)
        {
            // What the machine does not have is not the task's fault.
            var state = e.Reason == TaskReasons.PortInUse ? TaskState.Dropped : TaskState.Failed;
            last = Next() with { State = state, Reason = e.Reason, Message = e.Message };
        }
        catch (OperationCanceledException) when (_kill is not null)
        {
            last = Next() with { State = _kill.State, Reason = _kill.Reason, Message = _kill.Message ?? "Killed before it was started" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            last = Next() with { State = TaskState.Failed, Reason = TaskReasons.LaunchFailed, Message = $"The task could not be started: {e.Message}" };
        }
        catch (Exception e)
        {
            // A mistake of the agent's own must not leave a task without an end.
            _services.Logger.LogError(e, "Task {TaskId} is given up", Spec.TaskId);
            _container?.Kill();
            last = Next() with { State = TaskState.Failed, Reason = TaskReasons.LaunchFailed, Message = $"The agent failed: {e.Message}" };
        }
        if (_services.Stopping.IsCancellationRequested)
            return;
        await ReleaseAsync().ConfigureAwait(false);
        // Its tasks end before it does.
        if (Spec.Executor is not null)
            _services.Executors.End(Spec.TaskId, last);
        Publish(_ => last);
        _services.Logger.LogInformation("Task {TaskId} ended as {State}: {Message}", Spec.TaskId, last.State.ToWireName(), last.Message);
        Ended?.Invoke(this, Status);
        _over.TrySetResult();
    }

    /// <summary>Frees what only a task that is not over needs.</summary>
    public void Dispose()
    {
        _killDeadline.Dispose();
        _stopPreparing.Dispose();
    }

    private TaskUpdate Next() => Status with
    {
        UpdateId = "",
        Timestamp = _services.Time.GetUtcNow(),
        Sandbox = _sandbox,
        Reason = null,
        Message = null,
        IpAddresses = _addresses,
    };

    private void Publish(Func<TaskUpdate, TaskUpdate> change)
    {
        lock (_gate)
        {
            if (!_status.State.IsTerminal())
                _status = _services.Outbox.Add(change(Next()));
        }
    }

    private void TryWriteKill(KillOrder order)
    {
        try
        {
            TaskFile.Add(_file, order);
        }
        catch (IOException e)
        {
            _services.Logger.LogWarning("The kill of {TaskId} cannot be written down: {Reason}", Spec.TaskId, e.Message);
        }
    }

    private static TaskUpdate Staging(TaskSpec spec, DateTimeOffset now) =>
        new() { TaskId = spec.TaskId, Owner = spec.Owner, State = TaskState.Staging, Timestamp = now, SecretsAsOf = spec.SecretsAsOf };
}
