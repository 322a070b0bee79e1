using System.ComponentModel;
using Platform.Agent.Containerizers.Docker;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Security;
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

    /// <summary>The ids of the user namespaces of tasks; null: they are in none.</summary>
    public MappedIds? Ids { get; init; }

    /// <summary>The name or address that tasks get as HOST.</summary>
    public required string Hostname { get; init; }

    /// <summary>The name server that tasks are told of; null: none.</summary>
    public System.Net.IPEndPoint? Dns { get; init; }

    /// <summary>How supervisors rotate output while no agent is there, as Native/isolate.h describes it; null: they do not.</summary>
    public string? Rotation { get; init; }

    /// <summary>The networks of pods, which members without an image join; null: they use the machine's.</summary>
    public PodNetworks? PodNetworks { get; set; }

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
        TaskSandbox.Prepare(request.Spec, request.Sandbox, Work, OwnerOf(user), Isolators.HasMounts, Ids);
        // What it asks for and cannot have is said before its files are fetched.
        _ = SettingsOf(request, user);
    }

    /// <inheritdoc/>
    public Task? ProvisionAsync(ContainerRequest request, Action<string> progress, Action<string> found, CancellationToken cancellation) =>
        PodNetworks is { } networks && PodNetworks.SharedOf(request) is { } shared ? networks.JoinAsync(request, shared, cancellation) : null;

    /// <inheritdoc/>
    public bool HoldsPorts(TaskSpec spec) => spec.Group is { } group && PodNetworks?.IsHeld(group) == true;

    /// <inheritdoc/>
    public async Task<IContainer> StartAsync(ContainerRequest request, CancellationToken cancellation)
    {
        var spec = request.Spec;
        var user = UserOf(spec);
        var apart = SettingsOf(request, user);
        List<string> settings = [.. apart];
        if (Ids is not null)
            settings.Add(Ids.Setting);
        if (spec.Tty && Shims.HasTerminals)
            settings.Add(TerminalInput.Make(Work.TerminalInput(spec.TaskId)) ? $"t{Work.TerminalInput(spec.TaskId)}" : "t");
        if (Shims.RotatesOutput && Rotation is not null)
            settings.Add(Rotation);
        if (PodNetworks is { } networks && PodNetworks.SharedOf(request) is { } shared)
            settings.Add($"j/proc/{await networks.JoinAsync(request, shared, cancellation).ConfigureAwait(false)}/ns/net");
        if (OwnerOf(user) is { } owner && !spec.Fetch.IsEmpty)
            TaskSandbox.GiveTo(owner, request.Sandbox);
        var cgroup = Cgroups.Create(TaskDirectoryName.Of(spec.TaskId), TaskLimits.Of(spec, ProcessesPerTask));
        try
        {
            var supervision = TaskSupervision.Start(Shims, new ShimStart
            {
                File = request.File,
                Sandbox = request.Sandbox,
                User = user?.ForShim,
                Settings = settings,
                IsFiltered = Isolators.IsFiltered(spec),
                JoinFiles = [.. cgroup.JoinFiles],
                Command = TaskEnvironment.Command(spec.Command),
                Environment = VariablesOf(request, user, Ids),
            }, Watcher);
            return new ProcessContainer(this, request, supervision, cgroup, apart, Ids);
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
        {
            // It is in the namespace that it was started in, whatever the agent was told since.
            var ids = supervision.Status.Task is { IsAlive: true } process ? MappedIds.OfProcess(process.Pid) : Ids;
            return Task.FromResult<IContainer?>(new ProcessContainer(this, request, supervision, cgroup, FoundSettingsOf(request), ids));
        }
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
        foreach (var left in Directory.EnumerateFiles(Work.TerminalInputs).Where(file => !tasks.Contains(Path.GetFileName(file))))
            TerminalInput.Remove(left);
        return Task.CompletedTask;
    }

    /// <summary>The environment of a task.</summary>
    /// <remarks>In a user namespace nobody has a home on the machine.</remarks>
    internal List<string> VariablesOf(ContainerRequest request, UserAccount? user, MappedIds? ids) => TaskEnvironment.Of(
        request.Spec, request.Sandbox, Hostname, Environment.GetEnvironmentVariable("PATH"),
        ids is not null ? request.Sandbox : user?.Home ?? Environment.GetEnvironmentVariable("HOME"), Dns, IdentityFiles.FolderOf(request.Spec.TaskId, Work));

    /// <summary>How a command beside a task is set apart; empty: not at all.</summary>
    /// <param name="request">The task.</param>
    /// <param name="settings">What sets the task apart.</param>
    /// <param name="process">The task's first process.</param>
    /// <param name="hasNetwork">True if the task is in a network of its own.</param>
    /// <param name="user">The user of the command; null: the agent's own.</param>
    internal IReadOnlyList<string> EnterOf(ContainerRequest request, IReadOnlyList<string> settings, int process, bool hasNetwork, UserAccount? user)
    {
        if (Isolators.IsFiltered(request.Spec))
            settings = [.. settings, .. Isolators.FilterSettings];
        return settings.Count == 0 && !hasNetwork ? [] : Shims.Enter(hasNetwork || Isolators.HasNamespaces(settings) ? process : null, request.Sandbox, user?.ForShim, settings);
    }

    // The agent may have been told otherwise since it started the task, which goes on as it is.
    private IReadOnlyList<string> FoundSettingsOf(ContainerRequest request)
    {
        try
        {
            return SettingsOf(request, UserOf(request.Spec));
        }
        catch (Exception e) when (e is TaskStartException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private IReadOnlyList<string> SettingsOf(ContainerRequest request, UserAccount? user) => Isolators.SettingsOf(
        request.Spec, VolumeMounts.Of(request.Spec, request.Sandbox, Work), user is null ? Libc.EffectiveUser() == 0 : user.Uid == 0);

    private UserAccount? OwnerOf(UserAccount? user) => Ids is null ? user : Ids.OnMachine(user);

    private static UserAccount? UserOf(TaskSpec spec) => spec.Command.User is not { Length: > 0 } name
        ? null
        : UserAccount.Find(name) ?? throw new TaskStartException(TaskReasons.LaunchFailed, $"The user '{name}' does not exist on this agent");
}
