using System.ComponentModel;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>Runs tasks as processes on the machine's own file system, each under a supervisor and in cgroups where there are any.</summary>
internal sealed class ProcessContainerizer : IContainerizer
{
    /// <summary>The folder of the agent.</summary>
    public required WorkDirectory Work { get; init; }

    /// <summary>Starts supervisors.</summary>
    public required ShimLauncher Shims { get; init; }

    /// <summary>Tells of ends.</summary>
    public required ProcessWatcher Watcher { get; init; }

    /// <summary>Limits.</summary>
    public required ICgroupLayout Cgroups { get; init; }

    /// <summary>What sets tasks apart from the machine.</summary>
    public required Isolators Isolators { get; init; }

    /// <summary>The name or address that tasks get as HOST.</summary>
    public required string Hostname { get; init; }

    /// <summary>The name server that tasks are told of; null: none.</summary>
    public System.Net.IPEndPoint? Dns { get; init; }

    /// <summary>The limit on processes and threads of a task; null: none.</summary>
    public long? ProcessesPerTask { get; init; }

    /// <inheritdoc/>
    public string Name => Core.Placement.Containerizers.Process;

    /// <inheritdoc/>
    public ContainerizerFingerprint Fingerprint => new(true, $"{Cgroups.Description}; {Isolators.Description}");

    /// <inheritdoc/>
    public string? Refusal(TaskSpec spec) => TaskEnvironment.Command(spec.Command).Count == 0 ? "The task has no command" : null;

    /// <inheritdoc/>
    public void Prepare(ContainerRequest request)
    {
        var user = UserOf(request.Spec);
        TaskSandbox.Prepare(request.Spec, request.Sandbox, Work, user, Isolators.HasMounts);
        // What it asks for and cannot have is said before its files are fetched.
        _ = SettingsOf(request, user);
    }

    /// <inheritdoc/>
    public Task? ProvisionAsync(ContainerRequest request, Action<string> progress, CancellationToken cancellation) => null;

    /// <inheritdoc/>
    public Task<IContainer> StartAsync(ContainerRequest request, CancellationToken cancellation)
    {
        var spec = request.Spec;
        var user = UserOf(spec);
        if (user is not null && !spec.Fetch.IsEmpty)
            TaskSandbox.GiveTo(user, request.Sandbox);
        var cgroup = Cgroups.Create(TaskDirectoryName.Of(spec.TaskId), TaskLimits.Of(spec, ProcessesPerTask));
        try
        {
            var supervision = TaskSupervision.Start(Shims, new ShimStart
            {
                File = request.File,
                Sandbox = request.Sandbox,
                User = user?.ForShim,
                Settings = spec.Tty && Shims.HasTerminals ? [.. SettingsOf(request, user), "t"] : SettingsOf(request, user),
                IsFiltered = Isolators.IsFiltered(spec),
                JoinFiles = [.. cgroup.JoinFiles],
                Command = TaskEnvironment.Command(spec.Command),
                Environment = VariablesOf(request, user),
            }, Watcher);
            return Task.FromResult<IContainer>(new ProcessContainer(this, request, supervision, cgroup));
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            cgroup.TryRemove();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IContainer?> RecoverAsync(ContainerRequest request, CancellationToken cancellation)
    {
        var cgroup = Cgroups.Open(TaskDirectoryName.Of(request.Spec.TaskId));
        if (TaskSupervision.Attach(request.File, Watcher) is { } supervision)
            return Task.FromResult<IContainer?>(new ProcessContainer(this, request, supervision, cgroup));
        // Made for a start that was never begun.
        cgroup.TryRemove();
        return Task.FromResult<IContainer?>(null);
    }

    /// <inheritdoc/>
    public Task CollectAsync(Func<LiveTasks> live, CancellationToken cancellation)
    {
        var all = Cgroups.List();
        var tasks = live().Names;
        foreach (var name in all.Where(name => !tasks.Contains(name)))
        {
            var group = Cgroups.Open(name);
            group.KillAll();
            group.TryRemove();
        }
        return Task.CompletedTask;
    }

    /// <summary>The environment of a task.</summary>
    internal List<string> VariablesOf(ContainerRequest request, UserAccount? user) => TaskEnvironment.Of(
        request.Spec, request.Sandbox, Hostname, Environment.GetEnvironmentVariable("PATH"),
        user?.Home ?? Environment.GetEnvironmentVariable("HOME"), Dns);

    /// <summary>How a command beside a task is set apart; empty: not at all.</summary>
    internal IReadOnlyList<string> EnterOf(ContainerRequest request, int process, UserAccount? user)
    {
        IReadOnlyList<string> settings = SettingsOf(request, user);
        if (Isolators.IsFiltered(request.Spec))
            settings = [.. settings, .. Isolators.FilterSettings];
        return settings.Count == 0 ? [] : Shims.Enter(Isolators.HasNamespaces(settings) ? process : null, request.Sandbox, user?.ForShim, settings);
    }

    private IReadOnlyList<string> SettingsOf(ContainerRequest request, UserAccount? user) => Isolators.SettingsOf(
        request.Spec, VolumeMounts.Of(request.Spec, request.Sandbox, Work), user is null ? Libc.EffectiveUser() == 0 : user.Uid == 0);

    private static UserAccount? UserOf(TaskSpec spec) => spec.Command.User is not { Length: > 0 } name
        ? null
        : UserAccount.Find(name) ?? throw new TaskStartException(TaskReasons.LaunchFailed, $"The user '{name}' does not exist on this agent");
}
