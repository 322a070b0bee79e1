using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Platform.Agent.Checks;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>One task of this agent, from its arrival to the acknowledgement of its end.</summary>
internal sealed partial class AgentTask : IDisposable
{
    private readonly TaskServices _services;
    private readonly string _file;
    private readonly string _sandbox;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _killOrdered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _killDeadline;
    private readonly CancellationTokenSource _stopPreparing = new();
    private readonly TaskRecord _record;
    private TaskUpdate _status;
    private KillOrder? _kill;
    private TaskSupervision? _supervision;
    private ProcessIdentity _process;
    private TaskCgroup _cgroup = TaskCgroup.None;

    private AgentTask(TaskRecord record, TaskUpdate status, TaskServices services)
    {
        _record = record;
        _status = status;
        _services = services;
        Held = record.Spec.Held.NonRevocable();
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

    /// <summary>Its cgroups, or none.</summary>
    public TaskCgroup Cgroup => _cgroup;

    /// <summary>Its first process; the default if it does not run.</summary>
    public ProcessIdentity Process => _process;

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

    /// <summary>Runs the task, or goes on with it, to its end.</summary>
    public async Task RunAsync()
    {
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
            last = Next() with { State = TaskState.Failed, Reason = e.Reason, Message = e.Message };
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
            if (_process.IsAlive)
                KillEverything(_process);
            last = Next() with { State = TaskState.Failed, Reason = TaskReasons.LaunchFailed, Message = $"The agent failed: {e.Message}" };
        }
        if (_services.Stopping.IsCancellationRequested)
            return;
        await ReleaseAsync().ConfigureAwait(false);
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
        _cgroup = _services.Cgroups.Open(TaskDirectoryName.Of(Spec.TaskId));
        _supervision = TaskSupervision.Attach(_file, _services.Watcher);
        if (_supervision is null)
        {
            if (_kill is not null)
                throw new OperationCanceledException();
            using var preparing = CancellationTokenSource.CreateLinkedTokenSource(_stopPreparing.Token, _services.Stopping);
            await _services.StartGate.WaitAsync(preparing.Token).ConfigureAwait(false);
            try
            {
                await StartAsync(preparing.Token).ConfigureAwait(false);
            }
            finally
            {
                _services.StartGate.Release();
            }
        }
        var started = await _supervision!.Started.WaitAsync(_services.Stopping).ConfigureAwait(false);
        if (started.Task is { } process)
        {
            _process = process;
            await AccompanyAsync(process).ConfigureAwait(false);
        }
        var end = await _supervision.Ended.WaitAsync(_services.Stopping).ConfigureAwait(false);
        var oomKills = end.ExitCode == 0 ? 0 : _cgroup.OomKills();
        await KillLeftoversAsync(end).ConfigureAwait(false);
        var limit = Spec.MemoryLimit ?? Spec.Resources.Scalar(ResourceNames.Mem);
        var last = TaskEnd.Describe(Next(), end, _kill, oomKills, limit);
        return last.State == TaskState.Failed ? last with { StderrTail = Sandboxes.SandboxFiles.Tail(_sandbox, "stderr") } : last;
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        var user = Spec.Command.User is { Length: > 0 } name ? FindUser(name) : null;
        TaskSandbox.Prepare(Spec, _sandbox, _services.Work, user);
        if (!Spec.Fetch.IsEmpty)
        {
            Publish(u => u with { State = TaskState.Starting, Message = "Fetching" });
            await _services.Fetcher.FetchAsync(Spec.Fetch, _sandbox, cancellation).ConfigureAwait(false);
            if (user is not null)
                TaskSandbox.GiveTo(user, _sandbox);
        }
        cancellation.ThrowIfCancellationRequested();
        _cgroup = _services.Cgroups.Create(TaskDirectoryName.Of(Spec.TaskId), TaskLimits.Of(Spec, _services.ProcessesPerTask));
        _supervision = TaskSupervision.Start(_services.Shims, new ShimStart
        {
            File = _file,
            Sandbox = _sandbox,
            User = user?.ForShim,
            JoinFiles = [.. _cgroup.JoinFiles],
            Command = TaskEnvironment.Command(Spec.Command),
            Environment = VariablesOf(user),
        }, _services.Watcher);
    }

    /// <summary>While it runs: reports that it does, checks it, watches its time, and carries out a kill.</summary>
    private async Task AccompanyAsync(ProcessIdentity process)
    {
        var known = Status is { State: TaskState.Running or TaskState.Killing } status && status.ProcessId == process.Pid;
        if (!known)
            Publish(u => u with { State = TaskState.Running, ProcessId = process.Pid });
        else
            _services.Logger.LogInformation("Task {TaskId} is taken back, it runs as process {Pid}", Spec.TaskId, process.Pid);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_services.Stopping);
        var ended = _supervision!.Ended.WaitAsync(_services.Stopping);
        var checks = Spec.Checks.IsEmpty ? Task.CompletedTask : RunChecksAsync(stop.Token);
        using var limit = LimitTime();
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
            await KillAsync(process).ConfigureAwait(false);
        }
        await ended.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await checks.ConfigureAwait(false);
    }

    private ITimer? LimitTime()
    {
        if (Spec.MaxCompletionSeconds is not { } seconds)
            return null;
        var left = _record.AcceptedAt.AddSeconds(seconds) - _services.Time.GetUtcNow();
        return _services.Time.CreateTimer(_ => Kill(new KillOrder
        {
            State = TaskState.Failed,
            Reason = TaskReasons.MaxCompletionTime,
            Message = $"The task ran longer than its limit of {seconds} s",
            GraceSeconds = Spec.KillGraceSeconds,
            At = _services.Time.GetUtcNow(),
        }), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task RunChecksAsync(CancellationToken cancellation)
    {
        var target = new CheckTarget
        {
            Address = _services.Address,
            Sandbox = _sandbox,
            Environment = VariablesOf(null),
            User = Spec.Command.User,
            JoinFiles = [.. _cgroup.JoinFiles],
        };
        // The grace begins when the task runs, however long its files took to fetch.
        var checks = new TaskChecks(Spec.Checks, target, _services.Time.GetUtcNow() - _process.Age, Status, _services.Probe, _services.Time);
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

    private static UserAccount FindUser(string name) => UserAccount.Find(name)
        ?? throw new TaskStartException(TaskReasons.LaunchFailed, $"The user '{name}' does not exist on this agent");

    private List<string> VariablesOf(UserAccount? user) => TaskEnvironment.Of(
        Spec, _sandbox, _services.Hostname, Environment.GetEnvironmentVariable("PATH"),
        user?.Home ?? Environment.GetEnvironmentVariable("HOME"));

    private TaskUpdate Next() => Status with
    {
        UpdateId = "",
        Timestamp = _services.Time.GetUtcNow(),
        Sandbox = _sandbox,
        Reason = null,
        Message = null,
        IpAddresses = [_services.Address],
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
