using Google.Protobuf;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Roles;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Tasks that schedulers launch.</summary>
internal static class TaskMapping
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>A task of its own, run by its command.</summary>
    public static FrameworkLaunch Read(Wire.TaskInfo task)
    {
        var problem = task.Executor is not null && task.Command is not null || (task.Executor is null && task.Command is null && task.Container is null)
            ? "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"
            : task.Executor is not null ? "Executors of schedulers are not run here; give the task a command, or launch it in a group"
            : null;
        return Read(task, null, problem);
    }

    /// <summary>The tasks of a group, which live and end together.</summary>
    public static IEnumerable<FrameworkLaunch> ReadGroup(Wire.Offer.Types.Operation.Types.LaunchGroup group)
    {
        var executor = group.Executor;
        var problem = executor.Type == Wire.ExecutorInfo.Types.Type.Custom ? "Executors of schedulers are not run here; use an executor of type DEFAULT"
            : executor.Command is not null ? "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"
            : null;
        var overhead = ResourceMapping.Read(executor.Resources, out var invalid).Unallocate();
        problem ??= invalid is null ? null : $"Executor uses invalid resources: {invalid}";
        for (var i = 0; i < group.TaskGroup.Tasks.Count; i++)
        {
            var task = group.TaskGroup.Tasks[i];
            var mine = problem
                ?? (task.Executor is not null ? "'TaskInfo.executor' must not be set"
                : task.Command is null && task.Container is null ? "'TaskInfo.command' must be set" : null);
            var launch = Read(task, executor, mine);
            yield return i > 0 || overhead.IsEmpty ? launch : launch with { Task = launch.Task with { Overhead = overhead } };
        }
    }

    private static FrameworkLaunch Read(Wire.TaskInfo task, Wire.ExecutorInfo? executor, string? problem)
    {
        var resources = ResourceMapping.Read(task.Resources, out var invalid);
        var roles = resources.Items.Select(resource => resource.AllocationRole).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        problem ??= invalid is not null ? $"Task uses invalid resources: {invalid}" : ProblemOf(task, resources, roles);
        return new()
        {
            TaskId = task.TaskId.Value,
            AgentId = task.AgentId.Value,
            ExecutorId = executor?.ExecutorId.Value ?? "",
            Definition = task.ToByteArray(),
            Problem = problem,
            Discovery = problem is null ? DiscoveryMapping.Read(task, resources) : null,
            Task = ToSpec(task, resources, roles.FirstOrDefault() ?? RoleName.Default, executor),
        };
    }

    private static string? ProblemOf(Wire.TaskInfo task, Resources resources, List<string> roles)
    {
        if (task.TaskId.Value.Length == 0 || task.TaskId.Value is "." or ".." || task.TaskId.Value.Any(c => char.IsControl(c) || c is '/' or '\\'))
            return $"Task ID '{task.TaskId.Value}' contains invalid characters";
        if (resources.IsEmpty)
            return "Task uses no resources";
        if (roles.Count > 1)
            return "Invalid task resources: The resources have multiple allocation roles ('" + string.Join("', '", roles) + "') but only one allocation role is allowed";
        if (resources.Items.Any(resource => resource.Revocable) && resources.Items.Any(resource => !resource.Revocable && resource.Name == ResourceNames.Cpus)
            && resources.Items.Any(resource => resource.Revocable && resource.Name == ResourceNames.Cpus))
            return "Task mixes revocable and non-revocable resources: Cannot use both revocable and non-revocable 'cpus' at the same time";
        if (task.KillPolicy?.GracePeriod is { Nanoseconds: < 0 })
            return "Task's 'kill_policy.grace_period' must be non-negative";
        if (task.MaxCompletionTime is { Nanoseconds: < 0 })
            return "Task's `max_completion_time` must be non-negative";
        if (task.Limits.Keys.Any(name => name is not (ResourceNames.Cpus or ResourceNames.Mem)))
            return "Only cpus and mem may be included in a task's resource limits";
        if (task.Limits.TryGetValue(ResourceNames.Cpus, out var cpus) && cpus.Value < resources.Scalar(ResourceNames.Cpus))
            return "The cpu limit must be greater than or equal to the cpu request";
        if (task.Limits.TryGetValue(ResourceNames.Mem, out var mem) && mem.Value < resources.Scalar(ResourceNames.Mem))
            return "The memory limit must be greater than or equal to the memory request";
        if (task.Command?.Environment?.Variables.FirstOrDefault(variable => variable.Type == Wire.Environment.Types.Variable.Types.Type.Secret && variable.Secret?.Value is null) is { } secret)
            return $"Task's `CommandInfo` is invalid: the secret of the environment variable '{secret.Name}' must be given by its value";
        return Checks.ProblemOf(task);
    }

    private static TaskSpec ToSpec(Wire.TaskInfo task, Resources resources, string role, Wire.ExecutorInfo? executor)
    {
        var command = task.Command ?? new();
        var variables = command.Environment?.Variables.ToList() ?? [];
        return new()
        {
            TaskId = task.TaskId.Value,
            Name = task.Name,
            Owner = "",
            Role = role,
            Resources = resources.Unallocate(),
            Command = Command(command),
            Environment = variables.Where(variable => variable.Type != Wire.Environment.Types.Variable.Types.Type.Secret)
                .Select(variable => KeyValuePair.Create(variable.Name, variable.Value)).ToValueMap(),
            SecretEnvironment = variables.Where(variable => variable.Secret?.Value is not null)
                .Select(variable => KeyValuePair.Create(variable.Name, new SecretText(variable.Secret.Value.Data.ToStringUtf8()))).ToValueMap(),
            Fetch = command.Uris.Select(Fetch).ToValueList(),
            Ports = Ports(task, resources),
            Checks = Checks.Of(task),
            Volumes = Volumes(task, resources).ToValueList(),
            Image = Image(task.Container),
            KillGraceSeconds = task.KillPolicy?.GracePeriod is { } grace ? (double)grace.Nanoseconds / NanosecondsPerSecond : 3,
            Labels = task.Labels?.Labels_.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueMap() ?? default,
            Group = executor?.ExecutorId.Value,
            // Of a group on the default executor, one that fails takes the others with it.
            EndsGroup = TaskGroupEnd.OnFailure,
            CpuLimit = Limit(task, ResourceNames.Cpus),
            MemoryLimit = Limit(task, ResourceNames.Mem),
            MaxCompletionSeconds = task.MaxCompletionTime is { } longest ? (double)longest.Nanoseconds / NanosecondsPerSecond : null,
            Tty = task.Container?.TtyInfo is not null,
            Isolation = Isolation(task.Container?.LinuxInfo),
        };
    }

    // Without a shell the value is the program, and the first argument is what it is called.
    private static CommandSpec Command(Wire.CommandInfo command)
    {
        var user = command.HasUser ? command.User : null;
        if (command.Shell)
            return new() { Shell = command.HasValue ? command.Value : null, User = user };
        return new() { Argv = command.HasValue ? [command.Value, .. command.Arguments.Skip(1)] : [.. command.Arguments], User = user };
    }

    private static FetchSpec Fetch(Wire.CommandInfo.Types.URI uri) => new()
    {
        Uri = uri.Value,
        Extract = uri.Extract,
        Executable = uri.Executable,
        Cache = uri.Cache,
        DestPath = uri.HasOutputFile ? uri.OutputFile : null,
    };

    // Their names come from discovery; what has none is a port all the same.
    private static ValueList<PortSpec> Ports(Wire.TaskInfo task, Resources resources)
    {
        var mappings = task.Container?.Docker?.PortMappings.Select(mapping => (mapping.HostPort, mapping.ContainerPort))
            .Concat(task.Container.NetworkInfos.SelectMany(network => network.PortMappings).Select(mapping => (mapping.HostPort, mapping.ContainerPort))).ToList() ?? [];
        var named = task.Discovery?.Ports?.Ports_.DistinctBy(port => port.Number).ToDictionary(port => (long)port.Number, port => port) ?? [];
        var ports = new List<PortSpec>();
        foreach (var number in resources.Ports.Numbers())
        {
            named.TryGetValue(number, out var port);
            var mapping = mappings.FirstOrDefault(mapping => mapping.HostPort == number);
            ports.Add(new()
            {
                HostPort = (int)number,
                ContainerPort = mapping.ContainerPort > 0 ? (int)mapping.ContainerPort : null,
                Name = port is { HasName: true } ? port.Name : null,
                Protocol = port is { HasProtocol: true } ? port.Protocol : "tcp",
                Labels = port?.Labels?.Labels_.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueMap() ?? default,
            });
        }
        return ports.ToValueList();
    }

    private static IEnumerable<VolumeSpec> Volumes(Wire.TaskInfo task, Resources resources)
    {
        foreach (var volume in task.Container?.Volumes.ToList() ?? [])
        {
            var host = volume.HasHostPath ? volume.HostPath : volume.Source?.HostPath?.Path;
            var shared = volume.Source?.SandboxPath is { Type: Wire.Volume.Types.Source.Types.SandboxPath.Types.Type.Parent } parent ? parent.Path : null;
            if (volume.Source?.Secret?.Value is { } secret)
                yield return new() { ContainerPath = volume.ContainerPath, Secret = new(secret.Data.ToStringUtf8()), ReadOnly = true };
            else if (host is not null || shared is not null)
                yield return new() { ContainerPath = volume.ContainerPath, HostPath = host, GroupPath = shared, ReadOnly = volume.Mode == Wire.Volume.Types.Mode.Ro };
        }
        foreach (var volume in resources.PersistentVolumes().Where(volume => volume.Disk!.Volume is not null))
        {
            yield return new()
            {
                ContainerPath = volume.Disk!.Volume!.ContainerPath,
                PersistentId = volume.Disk.PersistenceId,
                ReadOnly = volume.Disk.Volume.Mode == "RO",
            };
        }
    }

    private static ContainerImage? Image(Wire.ContainerInfo? container) =>
        container?.Docker is { } docker ? new() { Containerizer = Containerizers.Docker, Reference = docker.Image, ForcePull = docker.ForcePullImage }
        : container?.Mesos?.Image?.Docker is { } image ? new() { Containerizer = Containerizers.Docker, Reference = image.Name, ForcePull = !container.Mesos.Image.Cached }
        : null;

    private static TaskIsolation? Isolation(Wire.LinuxInfo? linux) => linux is null ? null : new()
    {
        Unconfined = linux.Seccomp?.Unconfined == true,
        // Not shared is Mesos' default, with which the agent decides.
        SharesProcesses = linux.SharePidNamespace ? true : null,
        PrivateIpc = linux.IpcMode == Wire.LinuxInfo.Types.IpcMode.Private,
        SharesIpc = linux.IpcMode == Wire.LinuxInfo.Types.IpcMode.ShareParent,
        SharedMemory = linux.HasShmSize ? linux.ShmSize : null,
        EffectiveCapabilities = Capabilities(linux.EffectiveCapabilities ?? linux.CapabilityInfo),
        BoundingCapabilities = Capabilities(linux.BoundingCapabilities),
    };

    // Numbers are those of the kernel from 1000 on.
    private static ValueList<string>? Capabilities(Wire.CapabilityInfo? given)
    {
        const int First = 1000;
        return given is null ? null : LinuxCapabilities.Of(given.Capabilities.Where(one => (int)one >= First).Aggregate(0UL, (mask, one) => mask | 1UL << ((int)one - First)));
    }

    // Infinity means no limit.
    private static double? Limit(Wire.TaskInfo task, string name) =>
        !task.Limits.TryGetValue(name, out var limit) ? null : double.IsPositiveInfinity(limit.Value) ? -1 : limit.Value;
}
