using Google.Protobuf;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Roles;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Tasks that schedulers launch.</summary>
internal static class TaskMapping
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    // What an executor has to end in after SHUTDOWN unless it says so: Mesos' executor_shutdown_grace_period.
    private const double ShutdownGraceSeconds = 5;

    /// <summary>A task of its own, run by its command.</summary>
    public static FrameworkLaunch Read(Wire.TaskInfo task)
    {
        var problem = task.Executor is not null && task.Command is not null || (task.Executor is null && task.Command is null && task.Container is null)
            ? "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"
            : null;
        if (task.Executor is not { } executor)
            return Read(task, null, problem);
        var definition = Own(executor, out var invalid);
        return Read(task, executor, problem ?? invalid) with { Executor = definition };
    }

    /// <summary>The tasks of a launch. One whose executor is the default one is a group of its own.</summary>
    public static IEnumerable<FrameworkOperation> ReadTasks(IEnumerable<Wire.TaskInfo> tasks)
    {
        var alone = new List<FrameworkLaunch>();
        foreach (var task in tasks)
        {
            if (task.Executor is not { Type: Wire.ExecutorInfo.Types.Type.Default } executor)
            {
                alone.Add(Read(task));
                continue;
            }
            var member = task.Clone();
            member.Executor = null;
            yield return new() { Launches = [.. ReadGroup(new() { Executor = executor, TaskGroup = new() { Tasks = { member } } })], IsGroup = true };
        }
        if (alone.Count > 0)
            yield return new() { Launches = [.. alone] };
    }

    // An executor of the framework's own, as the agent starts it.
    private static TaskSpec? Own(Wire.ExecutorInfo executor, out string? problem)
    {
        var resources = ResourceMapping.Read(executor.Resources, out var invalid);
        var roles = resources.Items.Select(resource => resource.AllocationRole).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        problem = executor.Type is not (Wire.ExecutorInfo.Types.Type.Custom or Wire.ExecutorInfo.Types.Type.Unknown) ? "Unknown executor type"
            : executor.Command is null ? "'ExecutorInfo.command' must be set for 'CUSTOM' executor"
            : !IsId(executor.ExecutorId.Value) ? $"Executor ID '{executor.ExecutorId.Value}' contains invalid characters"
            : invalid is not null ? $"Executor uses invalid resources: {invalid}"
            : roles.Count > 1 ? "Executor uses resources of more than one allocation role"
            : executor.ShutdownGracePeriod is { Nanoseconds: < 0 } ? "ExecutorInfo's 'shutdown_grace_period' must be non-negative"
            : SecretWithoutValue(executor.Command) is { } secret
                ? $"Executor's `CommandInfo` is invalid: the secret of the environment variable '{secret}' must be given by its value"
            : null;
        if (problem is not null)
            return null;
        var task = new Wire.TaskInfo { Name = executor.HasName ? executor.Name : executor.ExecutorId.Value, TaskId = new() { Value = executor.ExecutorId.Value }, Command = executor.Command, Container = executor.Container };
        return ToSpec(task, resources, roles.FirstOrDefault() ?? RoleName.Default, null) with
        {
            KillGraceSeconds = executor.ShutdownGracePeriod is { } grace ? (double)grace.Nanoseconds / NanosecondsPerSecond : ShutdownGraceSeconds,
            Executor = new() { FrameworkId = executor.FrameworkId?.Value ?? "", ExecutorId = executor.ExecutorId.Value, Definition = WithoutFramework(executor) },
        };
    }

    // Tasks may name the framework or not; it is the same executor.
    private static byte[] WithoutFramework(Wire.ExecutorInfo executor)
    {
        var definition = executor.Clone();
        definition.FrameworkId = null;
        return definition.ToByteArray();
    }

    /// <summary>The tasks of a group, which live and end together.</summary>
    public static IEnumerable<FrameworkLaunch> ReadGroup(Wire.Offer.Types.Operation.Types.LaunchGroup group)
    {
        var executor = group.Executor;
        var isCustom = executor.Type == Wire.ExecutorInfo.Types.Type.Custom;
        var own = isCustom ? Own(executor, out var problem) : Default(executor, out problem);
        for (var i = 0; i < group.TaskGroup.Tasks.Count; i++)
        {
            var task = group.TaskGroup.Tasks[i];
            var mine = problem
                ?? (task.Executor is not null ? "'TaskInfo.executor' must not be set"
                : !isCustom && task.Command is null && task.Container is null ? "'TaskInfo.command' must be set" : null);
            yield return Read(task, executor, mine) with { Executor = own };
        }
    }

    // Mesos' own executor of groups: the agent runs their tasks, and holds its resources as long as there are any.
    private static TaskSpec? Default(Wire.ExecutorInfo executor, out string? problem)
    {
        var resources = ResourceMapping.Read(executor.Resources, out var invalid);
        problem = executor.Command is not null ? "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"
            : !IsId(executor.ExecutorId.Value) ? $"Executor ID '{executor.ExecutorId.Value}' contains invalid characters"
            : invalid is not null ? $"Executor uses invalid resources: {invalid}"
            : null;
        return problem is not null ? null : new()
        {
            TaskId = executor.ExecutorId.Value,
            Name = executor.HasName ? executor.Name : executor.ExecutorId.Value,
            Owner = "",
            Role = resources.Items.Select(resource => resource.AllocationRole).OfType<string>().FirstOrDefault() ?? RoleName.Default,
            Resources = resources.Unallocate(),
            Command = new(),
            Executor = new() { FrameworkId = executor.FrameworkId?.Value ?? "", ExecutorId = executor.ExecutorId.Value, Definition = WithoutFramework(executor), IsDefault = true },
        };
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

    private static bool IsId(string id) => id.Length > 0 && id is not ("." or "..") && !id.Any(c => char.IsControl(c) || c is '/' or '\\');

    private static string? ProblemOf(Wire.TaskInfo task, Resources resources, List<string> roles)
    {
        if (!IsId(task.TaskId.Value))
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
        if (ProblemOfLimits(task, resources) is { } problem)
            return problem;
        if (SecretWithoutValue(task.Command) is { } secret)
            return $"Task's `CommandInfo` is invalid: the secret of the environment variable '{secret}' must be given by its value";
        return Checks.ProblemOf(task);
    }

    /// <summary>What is wrong with the limits beside what is asked for; null: nothing.</summary>
    internal static string? ProblemOfLimits(Wire.TaskInfo task, Resources resources)
    {
        if (task.Limits.Keys.Any(name => name is not (ResourceNames.Cpus or ResourceNames.Mem)))
            return "Only cpus and mem may be included in a task's resource limits";
        if (task.Limits.TryGetValue(ResourceNames.Cpus, out var cpus) && cpus.Value < resources.Scalar(ResourceNames.Cpus))
            return "The cpu limit must be greater than or equal to the cpu request";
        if (task.Limits.TryGetValue(ResourceNames.Mem, out var mem) && mem.Value < resources.Scalar(ResourceNames.Mem))
            return "The memory limit must be greater than or equal to the memory request";
        return null;
    }

    /// <summary>The first variable of a command whose secret is not given by its value; null: none.</summary>
    internal static string? SecretWithoutValue(Wire.CommandInfo? command) =>
        command?.Environment?.Variables.FirstOrDefault(variable => variable.Type == Wire.Environment.Types.Variable.Types.Type.Secret && variable.Secret?.Value is null)?.Name;

    internal static TaskSpec ToSpec(Wire.TaskInfo task, Resources resources, string role, Wire.ExecutorInfo? executor)
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
            Command = ImageMapping.CommandOf(task.Container, command) ?? Command(command),
            Environment = variables.Where(variable => variable.Type != Wire.Environment.Types.Variable.Types.Type.Secret)
                .Select(variable => KeyValuePair.Create(variable.Name, variable.Value)).ToValueMap(),
            SecretEnvironment = variables.Where(variable => variable.Secret?.Value is not null)
                .Select(variable => KeyValuePair.Create(variable.Name, new SecretText(variable.Secret.Value.Data.ToStringUtf8()))).ToValueMap(),
            Fetch = command.Uris.Select(Fetch).ToValueList(),
            Ports = Ports(task, resources),
            Checks = Checks.Of(task),
            Volumes = Volumes(task, resources).ToValueList(),
            Image = ImageMapping.Of(task.Container, command),
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
            Identity = TaskIdentitySpec.Default,
        };
    }

    // Without a shell the value is the program, and the first argument is what it is called.
    internal static CommandSpec Command(Wire.CommandInfo command)
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
