using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Containerizers;
using Platform.Agent.Processes;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using Win32Exception = System.ComponentModel.Win32Exception;

namespace Platform.Agent.Tasks;

/// <summary>One task of this agent, from its arrival to the acknowledgement of its end.</summary>
internal sealed partial class AgentTask : IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

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
    private readonly TaskRecord _record;
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

    /// <summary>What its executor says of it, or what follows from the executor's end. It is written down when this returns.</summary>
    public void Tell(Func<TaskUpdate, TaskUpdate> change)
    {
        Publish(change);
        if (Status.State.IsTerminal())
            _told.TrySetResult();
    }

    /// <summary>The framework's name for a task that an executor runs.</summary>
    public string FrameworkTaskId => _frameworkTaskId ??= Wire.TaskInfo.Parser.ParseFrom(Spec.Definition!).TaskId.Value;

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

    private async Task<TaskUpdate> RunToEndAsync()
    {
        if (_record.BootId != _services.Work.BootId)
            return Next() with { State = TaskState.Lost, Reason = TaskReasons.AgentRestarted, Message = "The machine was restarted" };
        if (Spec.RunsIn is not null)
            return await RunInExecutorAsync().ConfigureAwait(false);
        if (Spec.Executor is { IsDefault: true })
            return await HoldAsync().ConfigureAwait(false);
        var containerizer = _services.Containerizers.Find(Spec)
            ?? throw new TaskStartException(TaskReasons.LaunchFailed, $"This agent does not offer the {ContainerizerTable.NameFor(Spec)} containerizer any more");
        var spec = Spec.Executor is null ? Spec : await _services.Executors.EquipAsync(Spec, _services.Stopping).ConfigureAwait(false);
        var request = new ContainerRequest(spec, _file, _sandbox) { Group = _group?.Members ?? [Spec] };
        _services.Identities.Begin(Spec, OwnsAsync);
        _container = await containerizer.RecoverAsync(request, _services.Stopping).ConfigureAwait(false);
        if (_container is null)
        {
            if (_kill is not null)
                throw new OperationCanceledException();
            using var preparing = CancellationTokenSource.CreateLinkedTokenSource(_stopPreparing.Token, _services.Stopping);
            await _services.Identities.FirstAsync(Spec, preparing.Token).ConfigureAwait(false);
            _container = await StartAsync(containerizer, request, preparing.Token).ConfigureAwait(false);
        }
        if (await _container.Started.WaitAsync(_services.Stopping).ConfigureAwait(false) is { } running)
        {
            _runs = true;
            _found.TrySetResult();
            await AccompanyAsync(_container, running).ConfigureAwait(false);
        }
        var end = await _container.Ended.WaitAsync(_services.Stopping).ConfigureAwait(false);
        await _container.DestroyAsync().ConfigureAwait(false);
        var limit = Spec.MemoryLimit ?? Spec.Resources.Scalar(ResourceNames.Mem);
        var last = TaskEnd.Describe(Next(), end, _kill, limit);
        if (Spec.OutputFile is { } output)
            last = last with { Output = Sandboxes.SandboxFiles.Head(_sandbox, output, Core.Jobs.RunOutput.Longest) };
        return last.State == TaskState.Failed ? last with { StderrTail = Sandboxes.SandboxFiles.Tail(_sandbox, "stderr") } : last;
    }

    private async Task<IContainer> StartAsync(IContainerizer containerizer, ContainerRequest request, CancellationToken cancellation)
    {
        await _services.StartGate.WaitAsync(cancellation).ConfigureAwait(false);
        var holds = true;
        try
        {
            request = await PinAsync(request).ConfigureAwait(false);
            containerizer.Prepare(request);
            if (!Spec.Fetch.IsEmpty)
            {
                Progress("Fetching");
                await _services.Fetcher.FetchAsync(Spec.Fetch, _sandbox, cancellation).ConfigureAwait(false);
            }
            cancellation.ThrowIfCancellationRequested();
            if (containerizer.ProvisionAsync(request, Progress, FoundImage, cancellation) is { } provision)
            {
                // An image may take minutes, in which others shall not wait.
                _services.StartGate.Release();
                holds = false;
                await provision.ConfigureAwait(false);
                request = await PinAsync(request).ConfigureAwait(false);
                await _services.StartGate.WaitAsync(cancellation).ConfigureAwait(false);
                holds = true;
            }
            // Bringing its files or its image may have taken long.
            if (!containerizer.HoldsPorts(Spec) && TaskPorts.Obstacle(Spec) is { } obstacle)
                throw new TaskStartException(TaskReasons.PortInUse, obstacle);
            return await containerizer.StartAsync(request, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (holds)
                _services.StartGate.Release();
        }
    }

    private void Progress(string message) => Publish(u => u with { State = TaskState.Starting, Message = message });

    /// <summary>While it runs: reports that it does, checks it, watches its time, and carries out a kill.</summary>
    private async Task AccompanyAsync(IContainer container, RunningContainer running)
    {
        var known = Status is { State: TaskState.Running or TaskState.Killing } status && status.ProcessId == running.ProcessId;
        _addressesOfItsOwn = running.Addresses;
        if (!running.Addresses.IsEmpty)
            _addresses = running.Addresses;
        if (!known)
            Publish(u => u with { State = TaskState.Running, ProcessId = running.ProcessId, Image = running.Image ?? u.Image });
        else
            _services.Logger.LogInformation("Task {TaskId} is taken back, it runs as process {Pid}", Spec.TaskId, running.ProcessId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_services.Stopping);
        var ended = container.Ended.WaitAsync(_services.Stopping);
        var checks = Spec.Checks.IsEmpty ? Task.CompletedTask : RunChecksAsync(container, stop.Token);
        using var limit = LimitTime();
        using var registration = LimitRegistration(known);
        if (_kill is { } earlier)
        {
            // Ordered before the agent was restarted: the rest of the grace is what is left of it.
            var left = earlier.At.AddSeconds(earlier.GraceSeconds) - _services.Time.GetUtcNow();
            _killDeadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            _killOrdered.TrySetResult();
        }
        if (await Task.WhenAny(ended, _killOrdered.Task).ConfigureAwait(false) != ended)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await KillAsync(container).ConfigureAwait(false);
        }
        await ended.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await checks.ConfigureAwait(false);
    }

    // Its executor has it, or will have it: nothing is started for it.
    private async Task<TaskUpdate> RunInExecutorAsync()
    {
        if (_kill is not null)
            _killOrdered.TrySetResult();
        if (await Task.WhenAny(_told.Task, _killOrdered.Task).WaitAsync(_services.Stopping).ConfigureAwait(false) != _told.Task)
            _services.Executors.Kill(this);
        await _told.Task.WaitAsync(_services.Stopping).ConfigureAwait(false);
        return Status;
    }

    // A default executor is there as long as it has tasks.
    private async Task<TaskUpdate> HoldAsync()
    {
        Directory.CreateDirectory(_sandbox);
        if (Status.State == TaskState.Staging)
            Publish(update => update with { State = TaskState.Running });
        await _told.Task.WaitAsync(_services.Stopping).ConfigureAwait(false);
        return Status;
    }

    // An executor that does not subscribe is of no use.
    private ITimer? LimitRegistration(bool isRecovered)
    {
        if (Spec.Executor is null)
            return null;
        var settings = _services.Executors.Settings;
        var limit = isRecovered ? settings.ReregistrationTimeout : settings.RegistrationTimeout;
        return _services.Time.CreateTimer(_ =>
        {
            if (_services.Executors.HasSubscribed(Spec.TaskId))
                return;
            Kill(new KillOrder
            {
                State = TaskState.Failed,
                Reason = isRecovered ? TaskReasons.ExecutorReregistrationTimeout : TaskReasons.ExecutorRegistrationTimeout,
                Message = $"Executor did not {(isRecovered ? "re-register" : "register")} within {limit.TotalSeconds:0.###}secs",
                At = _services.Time.GetUtcNow(),
            });
        }, null, limit, Timeout.InfiniteTimeSpan);
    }

    private ITimer? LimitTime()
    {
        // What is longer than a human life is no limit.
        if (Spec.MaxCompletionSeconds is not (<= 3_155_760_000 and var seconds))
            return null;
        TimeSpan Left() => _record.AcceptedAt.AddSeconds(seconds) - _services.Time.GetUtcNow();
        // A timer cannot be set for longer than 49 days; what is later is looked at again on the way.
        static TimeSpan Due(TimeSpan left) => left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestTimer ? left : LongestTimer;
        ITimer? timer = null;
        timer = _services.Time.CreateTimer(_ =>
        {
            if (Left() is var left && left > TimeSpan.Zero)
            {
                timer!.Change(Due(left), Timeout.InfiniteTimeSpan);
                return;
            }
            Kill(new KillOrder
            {
                State = TaskState.Failed,
                Reason = TaskReasons.MaxCompletionTime,
                Message = $"The task ran longer than its limit of {seconds} s",
                GraceSeconds = Spec.KillGraceSeconds,
                At = _services.Time.GetUtcNow(),
            });
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(Due(Left()), Timeout.InfiniteTimeSpan);
        return timer;
    }

    private async Task RunChecksAsync(IContainer container, CancellationToken cancellation)
    {
        var target = new CheckTarget
        {
            Address = _services.Address,
            Addresses = _addressesOfItsOwn,
            Ports = Spec.Ports,
            Execute = container.RunAsync,
            StrangerOn = port => container.Processes() is null ? null : ListeningSockets.StrangerOn(port, () => container.Processes() ?? []),
        };
        // The grace begins when the task runs, however long its files took to fetch.
        var checks = new TaskChecks(Spec.Checks, target, _services.Time.GetUtcNow() - container.Age, Status, _services.Probe, _services.Time);
        checks.Changed += (healthy, ready, results) => Publish(u => u with { Healthy = healthy, Ready = ready, Checks = results, Reason = TaskReasons.CheckStatusUpdated });
        checks.Unhealthy += message => Kill(new KillOrder
        {
            Reason = TaskReasons.Unhealthy,
            Message = message,
            Healthy = false,
            GraceSeconds = Spec.KillGraceSeconds,
            At = _services.Time.GetUtcNow(),
        });
        await checks.RunAsync(cancellation).ConfigureAwait(false);
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
        new() { TaskId = spec.TaskId, Owner = spec.Owner, State = TaskState.Staging, Timestamp = now };
}
