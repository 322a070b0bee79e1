using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>A task that is a process of this machine.</summary>
internal sealed class ProcessContainer : IContainer
{
    private const double TicksPerSecond = 100;

    private readonly ProcessContainerizer _containerizer;
    private readonly ContainerRequest _request;
    private readonly TaskSupervision _supervision;
    private readonly IReadOnlyList<string> _settings;
    private readonly MappedIds? _ids;
    private TaskCgroup _cgroup;
    private ProcessIdentity _process;
    private bool _hasNetwork;

    /// <param name="containerizer">Whose it is.</param>
    /// <param name="request">The task.</param>
    /// <param name="supervision">Its supervisor.</param>
    /// <param name="cgroup">Its cgroups.</param>
    /// <param name="settings">What sets it apart from the machine, as Native/isolate.h describes it.</param>
    /// <param name="ids">The ids of its user namespace; null: it is in none.</param>
    public ProcessContainer(
        ProcessContainerizer containerizer, ContainerRequest request, TaskSupervision supervision, TaskCgroup cgroup, IReadOnlyList<string> settings, MappedIds? ids)
    {
        (_containerizer, _request, _supervision, _cgroup, _settings, _ids) = (containerizer, request, supervision, cgroup, settings, ids);
        Started = StartedAsync();
        Ended = EndedAsync();
    }

    /// <inheritdoc/>
    public Task<RunningContainer?> Started { get; }

    /// <inheritdoc/>
    public Task<ContainerEnd> Ended { get; }

    /// <inheritdoc/>
    public TimeSpan Age => _process.Age;

    // The kernel kills one process; a shell would go on without it.
    /// <inheritdoc/>
    public bool IsOutOfMemory => _cgroup.OomKills() > 0;

    /// <inheritdoc/>
    public void Stop() => Signal(Libc.SigTerm);

    /// <inheritdoc/>
    public void Signal(int signal)
    {
        if (_process.IsAlive)
            _ = Libc.Kill(-_process.Pid, signal);
    }

    /// <inheritdoc/>
    public void Kill()
    {
        if (_process.IsAlive)
        {
            _ = Libc.Kill(-_process.Pid, Libc.SigKill);
            _ = Libc.Kill(_process.Pid, Libc.SigKill);
        }
        _cgroup.KillAll();
        // Without an id everything on the machine would be a relative.
        if (_cgroup.Folders.Count == 0 && _process.Pid != 0)
        {
            foreach (var entry in Relatives())
                _ = Libc.Kill(entry.Pid, Libc.SigKill);
        }
    }

    /// <inheritdoc/>
    public async Task DestroyAsync()
    {
        if (_supervision.Ended.IsCompletedSuccessfully)
            await KillLeftoversAsync(await _supervision.Ended.ConfigureAwait(false)).ConfigureAwait(false);
        const int Attempts = 100;
        for (var i = 0; i < Attempts && !_cgroup.TryRemove(); i++)
            await Task.Delay(5).ConfigureAwait(false);
        TerminalInput.Remove(_containerizer.Work.TerminalInput(_request.Spec.TaskId));
        _cgroup = TaskCgroup.None;
        _process = default;
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<int>? Processes() =>
        _hasNetwork ? null : _cgroup.Folders.Count > 0 ? _cgroup.Processes() : _process.Pid != 0 ? [.. Relatives().Select(entry => entry.Pid)] : [];

    // What a process says of itself in its environment does not count here: it may be another's.
    /// <inheritdoc/>
    public bool Owns(int pid)
    {
        if (_process.Pid == 0)
            return false;
        if (_cgroup.Folders.Count > 0)
            return _cgroup.Processes().Contains(pid);
        var shim = _supervision.Status.Shim is { IsAlive: true } alive ? alive.Pid : 0;
        for (var entry = ProcessTable.Read(pid); entry is { } one && one.Pid > 1; entry = ProcessTable.Read(one.Parent))
        {
            if (one.Pid == _process.Pid || one.Session == _process.Pid || (shim > 1 && one.Parent == shim))
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public ContainerUsage? Measure(Lazy<List<ProcessEntry>> table)
    {
        if (_process.Pid == 0)
            return null;
        if (_cgroup.CpuSeconds() is { } seconds)
            return new(seconds, _cgroup.MemoryBytes() ?? 0, _cgroup.Processes().Count);
        var own = table.Value.FindAll(entry => entry.Session == _process.Pid);
        return new(own.Sum(entry => entry.CpuTicks) / TicksPerSecond, own.Sum(entry => entry.ResidentPages) * Environment.SystemPageSize, own.Count);
    }

    /// <inheritdoc/>
    public Task<int?> RunAsync(CommandSpec command, CancellationToken cancellation) =>
        Beside(command, (command.User ?? _request.Spec.Command.User) is { } name ? UserAccount.Find(name) : null, default).RunAsync(cancellation);

    /// <inheritdoc/>
    public Task<IAttachedCommand> AttachAsync(AttachRequest request, CancellationToken cancellation)
    {
        var user = (request.Command.User ?? _request.Spec.Command.User) is not { Length: > 0 } name
            ? null
            : UserAccount.Find(name) ?? throw new TaskStartException(TaskReasons.LaunchFailed, $"The user '{name}' does not exist on this agent");
        try
        {
            return Task.FromResult<IAttachedCommand>(AttachedProcess.Start(Beside(request.Command, user, request.Environment), request.Terminal, _containerizer.Watcher));
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            throw new TaskStartException(TaskReasons.LaunchFailed, $"The command could not be started: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public Task<IAttachedCommand> AttachInputAsync() => Task.FromResult<IAttachedCommand>(TerminalInput.Open(_containerizer.Work.TerminalInput(_request.Spec.TaskId), _containerizer.Watcher));

    private CommandRun Beside(CommandSpec command, UserAccount? user, ValueMap<string> environment) => new(_containerizer.Watcher)
    {
        Command = TaskEnvironment.Command(command),
        Environment = [.. _containerizer.VariablesOf(_request, user, _ids).Where(one => !environment.ContainsKey(one.Split('=')[0])), .. environment.Select(one => $"{one.Key}={one.Value}")],
        Folder = _request.Sandbox,
        User = user,
        Owner = _ids is null ? user : _ids.OnMachine(user),
        JoinFiles = [.. _cgroup.JoinFiles],
        Enter = _containerizer.EnterOf(_request, _ids is null ? _settings : [.. _settings, _ids.Setting], _process.Pid, _hasNetwork, user),
    };

    private async Task<RunningContainer?> StartedAsync()
    {
        var started = await _supervision.Started.ConfigureAwait(false);
        if (started.Task is not { } process)
            return null;
        _process = process;
        _hasNetwork = _request.Spec.Group is not null && ProcessNetwork.IsOther(process.Pid);
        return new RunningContainer(process.Pid) { Addresses = _hasNetwork ? ProcessNetwork.AddressesOf(process.Pid) : default };
    }

    private async Task<ContainerEnd> EndedAsync()
    {
        var end = await _supervision.Ended.ConfigureAwait(false);
        return new ContainerEnd
        {
            ExitCode = end.ExitCode,
            Signal = end.Signal,
            Failure = end.FailedStep is null ? null : FailureOf(end),
            Gap = end.IsEnd ? null : "The task's supervisor was killed, so its exit status is not known",
            IsOutOfMemory = end.ExitCode != 0 && _cgroup.OomKills() > 0,
        };
    }

    private static string FailureOf(ShimStatus status) => status.FailedStep switch
    {
        "cgroup" => $"The task could not join its cgroup: {Libc.Describe(status.Error)}",
        "user" => $"The task could not switch to its user: {Libc.Describe(status.Error)}",
        "chdir" => $"The sandbox could not be entered: {Libc.Describe(status.Error)}",
        "isolate" => $"The task could not be set apart from the machine as it asks: {Libc.Describe(status.Error)}",
        "terminal" => $"The task could not get a terminal: {Libc.Describe(status.Error)}",
        "output" => $"stdout and stderr could not be created in the sandbox: {Libc.Describe(status.Error)}",
        _ => $"The command could not be executed: {Libc.Describe(status.Error)}",
    };

    /// <summary>
    /// What the task has left behind: nothing where the compiled supervisor did its work, else whatever is in its cgroup or belongs
    /// to it. Its ports and files are free only when that is gone too.
    /// </summary>
    private async Task KillLeftoversAsync(ShimStatus end)
    {
        if (end.Task is not { } process)
            return;
        if (_cgroup.Folders.Count > 0)
        {
            // A group that can be removed is empty, and one that is empty can be: most often that is all there is to do.
            while (true)
            {
                if (_cgroup.TryRemove())
                {
                    _cgroup = TaskCgroup.None;
                    return;
                }
                if (_cgroup.KillAll() == 0)
                    return;
                await Task.Delay(5).ConfigureAwait(false);
            }
        }
        if (_containerizer.Shims.KillsStrays && end.IsEnd)
            return;
        for (var left = Relatives(process); left.Count > 0; left = Relatives(process))
        {
            foreach (var entry in left)
                _ = Libc.Kill(entry.Pid, Libc.SigKill);
            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    private List<ProcessEntry> Relatives() => Relatives(_process);

    private List<ProcessEntry> Relatives(ProcessIdentity process)
    {
        var shim = _supervision.Status.Shim is { IsAlive: true } alive ? alive.Pid : 0;
        return ProcessTable.OfTask(process.Pid, shim, TaskEnvironment.Mark(_request.Spec.TaskId));
    }
}
