using Platform.Agent.Processes;

namespace Platform.Agent.Containerizers.Process;

/// <summary>The agent's view of one task's supervisor, whether this agent started it or found it.</summary>
internal sealed class TaskSupervision
{
    private readonly string _file;
    private readonly ProcessWatcher _watcher;
    private readonly TaskCompletionSource<ShimStatus> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private IDisposable? _watch;

    private TaskSupervision(string file, ProcessWatcher watcher)
    {
        _file = file;
        _watcher = watcher;
    }

    /// <summary>Completes when the task runs, or when it is known that it cannot.</summary>
    public Task<ShimStatus> Started => _started.Task;

    /// <summary>Completes when the task and all that it left behind have ended. A status without an end: the supervisor itself was killed.</summary>
    public Task<ShimStatus> Ended { get; private set; } = null!;

    /// <summary>Starts a task's supervisor.</summary>
    public static TaskSupervision Start(ShimLauncher launcher, ShimStart start, ProcessWatcher watcher)
    {
        var supervision = new TaskSupervision(start.File, watcher);
        supervision._watch = watcher.Watch(start.File, supervision.LookForStart);
        int pid;
        try
        {
            pid = launcher.Start(start);
        }
        catch
        {
            supervision.StopWatching();
            throw;
        }
        supervision.Ended = supervision.FollowAsync(pid);
        return supervision;
    }

    /// <summary>Takes up a task that an earlier agent started; null if its supervisor never began.</summary>
    public static TaskSupervision? Attach(string file, ProcessWatcher watcher)
    {
        var status = ShimStatus.Read(file);
        if (status.Shim is not { } shim)
            return null;
        var supervision = new TaskSupervision(file, watcher);
        if (shim.IsAlive)
        {
            supervision._watch = watcher.Watch(file, supervision.LookForStart);
            supervision.Ended = supervision.FollowAsync(shim.Pid);
            supervision.LookForStart();
        }
        else
        {
            supervision.Ended = supervision.ConcludeAsync();
        }
        return supervision;
    }

    /// <summary>What the supervisor has written so far.</summary>
    public ShimStatus Status => ShimStatus.Read(_file);

    private void LookForStart()
    {
        if (_started.Task.IsCompleted)
            return;
        var status = ShimStatus.Read(_file);
        if (status.Task is not null || status.IsEnd)
        {
            StopWatching();
            _started.TrySetResult(status);
        }
    }

    private async Task<ShimStatus> FollowAsync(int shim)
    {
        await _watcher.WaitForExitAsync(shim).ConfigureAwait(false);
        return await ConcludeAsync().ConfigureAwait(false);
    }

    private async Task<ShimStatus> ConcludeAsync()
    {
        var status = ShimStatus.Read(_file);
        // The supervisor that an earlier run of the agent started was first after all, and the one of this run has left.
        if (status is { IsEnd: false, Shim: { IsAlive: true } first })
        {
            LookForStart();
            await _watcher.WaitForExitAsync(first.Pid).ConfigureAwait(false);
            status = ShimStatus.Read(_file);
        }
        StopWatching();
        _started.TrySetResult(status);
        // Somebody killed the supervisor: the task goes on without it, but its exit status goes to whoever adopted it.
        if (!status.IsEnd && status.Task is { IsAlive: true } task)
            await _watcher.WaitForExitAsync(task.Pid).ConfigureAwait(false);
        return status;
    }

    private void StopWatching()
    {
        lock (_gate)
        {
            _watch?.Dispose();
            _watch = null;
        }
    }
}
