using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>Builds the tasks of a pod's instances: a group with one task for each container.</summary>
public sealed class PodTemplate : InstanceTemplate
{
    private readonly PodSpec _pod;
    private readonly string _owner;
    private readonly ValueMap<string> _secrets;
    private readonly TaskTemplate.Options _options;
    private readonly bool _isHost;
    private readonly string? _problem;

    /// <summary>Prepares the tasks of a definition.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="owner">The owner text of the pod.</param>
    /// <param name="secrets">The values of the pod's secrets by the names that the definition uses; one that is missing makes every build fail.</param>
    /// <param name="options">What the site has set.</param>
    public PodTemplate(AppTarget target, string owner, ValueMap<string> secrets, TaskTemplate.Options? options = null)
        : base(target)
    {
        _pod = target.Spec.Pod ?? throw new ArgumentException("The definition is not one of a pod.", nameof(target));
        (_owner, _secrets, _options) = (owner, secrets, options ?? new());
        _isHost = PodEnvironment.IsHostNetwork(target.Spec);
        _problem = FindProblem();
    }

    /// <inheritdoc/>
    public override TaskBuild Build(InstanceState instance, IReadOnlyCollection<ReservedAmounts> fromReserved)
    {
        if (_problem is not null)
            return new(default, _problem);
        var hostPorts = instance.Ports.Select(port => port == 0 ? (int?)null : port).ToValueList();
        var shares = new ReservedShares(fromReserved);
        var tasks = new TaskSpec[_pod.Containers.Count];
        var inits = new List<string>();
        var (port, gpu) = (0, 0);
        for (var i = 0; i < tasks.Length; i++)
        {
            var container = _pod.Containers[i];
            var ownPorts = hostPorts.Skip(port).Take(container.Endpoints.Count).ToValueList();
            port += container.Endpoints.Count;
            var gpus = instance.Gpus.Skip(gpu).Take(container.Gpus).ToValueList();
            gpu += container.Gpus;
            tasks[i] = Build(instance, instance.Containers[i], container, ownPorts, hostPorts, gpus, shares) with
            {
                // Init containers wait for each other, all others for all of them.
                StartsAfter = container.Role == PodContainerRole.Init ? inits.ToValueList() : default,
            };
            if (container.Role == PodContainerRole.Init)
                inits.Add(tasks[i].TaskId);
        }
        for (var i = 0; i < tasks.Length && inits.Count > 0; i++)
        {
            if (_pod.Containers[i].Role != PodContainerRole.Init)
                tasks[i] = tasks[i] with { StartsAfter = inits.ToValueList() };
        }
        tasks[0] = tasks[0] with { Overhead = Overhead(shares) };
        return new(ValueList.Create<TaskSpec>(tasks), null);
    }

    /// <summary>The labels that a container's task has: the pod's and, before those, its own.</summary>
    public static ValueMap<string> LabelsOf(AppSpec spec, PodContainerSpec container) => Merge(spec.Labels, container.Labels);

    private TaskSpec Build(
        InstanceState instance, PodContainerState state, PodContainerSpec container, ValueList<int?> ownPorts, ValueList<int?> hostPorts, ValueList<int> gpus, ReservedShares shares)
    {
        var spec = Target.Spec;
        var ports = Ports(container, ownPorts);
        var amounts = ScalarAmounts.Of((decimal)container.Cpus, (decimal)container.Mem, (decimal)container.Disk, container.Gpus);
        var reserved = shares.Take(amounts, [.. ownPorts.OfType<int>()]);
        var user = container.User ?? spec.User;
        var variables = Merge(spec.Env, container.Env);
        return new()
        {
            TaskId = state.TaskId,
            Name = spec.Id,
            Owner = _owner,
            Role = spec.Role,
            Resources = TaskResources.Of(Scalars(container), ownPorts, reserved, spec.Extension?.Revocable == true),
            Command = (container.Command ?? new()) with { User = user },
            Environment = Environment(instance, state, container, hostPorts, gpus, variables),
            SecretEnvironment = variables.Where(variable => variable.Value.Secret is not null)
                .Select(variable => KeyValuePair.Create(variable.Key, new SecretText(_secrets[variable.Value.Secret!]))).ToValueMap(),
            Fetch = container.Artifacts,
            Ports = ports,
            Checks = PodChecks.Build(container, ports, _isHost),
            Volumes = container.VolumeMounts.Select(mount => Volume(instance, mount)).ToValueList(),
            Image = ContainerImages.Of(spec, container, _secrets),
            KillGraceSeconds = container.KillGracePeriodSeconds ?? 3,
            Labels = LabelsOf(spec, container),
            Group = instance.TaskId,
            EndsGroup = state.Ends,
            CpuLimit = container.ResourceLimits?.Cpus,
            MemoryLimit = container.ResourceLimits?.Mem,
            Priority = spec.Extension?.Priority ?? AppExtension.DefaultPriority,
            Version = Target.Version,
            PreStop = (container.PreStop ?? spec.Extension?.PreStop) is { } line ? new() { Shell = line, User = user } : null,
            Tty = container.Tty ?? false,
            Isolation = LinuxSettings.Read(container.LinuxInfoJson ?? _pod.LinuxInfoJson),
            Tolerations = [.. DemandBuilder.Tolerations(spec)],
            Gpus = gpus,
            Identity = spec.Extension?.Identity ?? TaskIdentitySpec.Default,
        };
    }

    private static Resources Scalars(PodContainerSpec container) => Scalars(container.Cpus, container.Mem, container.Disk, container.Gpus);

    private static Resources Scalars(double cpus, double mem, double disk, int gpus) => Resources.Of(
    [
        Resource.Scalar(ResourceNames.Cpus, ScalarValue.From(cpus).Milli),
        Resource.Scalar(ResourceNames.Mem, ScalarValue.From(mem).Milli),
        Resource.Scalar(ResourceNames.Disk, ScalarValue.From(disk).Milli),
        Resource.Scalar(ResourceNames.Gpus, gpus * 1000L),
    ]);

    private Resources? Overhead(ReservedShares shares)
    {
        if (Target.Spec.ExecutorResources is not { } executor)
            return null;
        var reserved = shares.Take(ScalarAmounts.Of((decimal)executor.Cpus, (decimal)executor.Mem, (decimal)executor.Disk), []);
        return TaskResources.Of(Scalars(executor.Cpus, executor.Mem, executor.Disk, 0), default, reserved, Target.Spec.Extension?.Revocable == true);
    }

    private static ValueList<PortSpec> Ports(PodContainerSpec container, ValueList<int?> hostPorts)
    {
        var ports = new PortSpec[container.Endpoints.Count];
        for (var i = 0; i < ports.Length; i++)
        {
            var endpoint = container.Endpoints[i];
            var host = hostPorts[i] ?? 0;
            ports[i] = new()
            {
                Name = endpoint.Name,
                HostPort = host,
                ContainerPort = endpoint.ContainerPort == 0 ? host : endpoint.ContainerPort,
                Protocol = endpoint.Protocols.IsEmpty ? "tcp" : string.Join(',', (IEnumerable<string>)endpoint.Protocols),
                Labels = endpoint.Labels,
            };
        }
        return ValueList.Create<PortSpec>(ports);
    }

    private ValueMap<string> Environment(
        InstanceState instance, PodContainerState state, PodContainerSpec container, ValueList<int?> hostPorts, ValueList<int> gpus, ValueMap<EnvValue> variables)
    {
        var all = new List<KeyValuePair<string, string>>();
        if (!gpus.IsEmpty)
            all.AddRange(TaskEnvironment.OfGpus(gpus));
        foreach (var (name, value) in variables)
        {
            if (value.Secret is null)
                all.Add(new(name, value.Text ?? ""));
        }
        all.Add(new("HOST", instance.Host));
        all.Add(new("MESOS_TASK_ID", state.TaskId));
        all.Add(new("MESOS_EXECUTOR_ID", PodEnvironment.ExecutorId(instance.InstanceId)));
        all.AddRange(PodEnvironment.OfContainer(Target, container, _options.EnforceRole));
        all.AddRange(PodEnvironment.OfEndpoints(Target.Spec, hostPorts, _options.EnvPrefix));
        return all.ToValueMap();
    }

    private VolumeSpec Volume(InstanceState instance, PodVolumeMount mount)
    {
        var volume = _pod.Volumes.First(volume => volume.Name == mount.Name);
        var persistent = volume.Persistent is null ? null : TaskTemplate.VolumeId(instance.InstanceId, volume.Name);
        var relative = volume.Host is { } path && !path.StartsWith('/');
        return new()
        {
            ContainerPath = mount.MountPath,
            HostPath = relative ? null : volume.Host,
            PersistentId = persistent,
            Persistent = persistent is null ? null : instance.PlacedVolumes.FirstOrDefault(placed => placed.Id == persistent),
            Secret = volume.Secret is { } secret ? new(_secrets[secret]) : null,
            GroupPath = relative ? volume.Host : volume is { Host: null, Persistent: null, Secret: null } ? "volumes/" + volume.Name : null,
            ReadOnly = mount.ReadOnly == true || volume.Secret is not null,
        };
    }

    private string? FindProblem()
    {
        foreach (var (name, value) in _pod.Containers.SelectMany(container => Merge(Target.Spec.Env, container.Env)))
        {
            if (value.Secret is { } secret && !_secrets.ContainsKey(secret))
                return $"The secret '{secret}' of the environment variable {name} has no value in the secret store.";
        }
        foreach (var volume in _pod.Volumes)
        {
            if (volume.Secret is { } secret && !_secrets.ContainsKey(secret))
                return $"The secret '{secret}' of the volume {volume.Name} has no value in the secret store.";
        }
        foreach (var container in _pod.Containers)
        {
            if (container.Image?.PullConfigSecret is { } pull && !_secrets.ContainsKey(pull))
                return $"The secret '{pull}' with the credentials of the registry of {container.Name} has no value in the secret store.";
        }
        return null;
    }

    private static ValueMap<T> Merge<T>(ValueMap<T> common, ValueMap<T> own) =>
        own.IsEmpty ? common : common.IsEmpty ? own : common.Where(entry => !own.ContainsKey(entry.Key)).Concat(own).ToValueMap();
}
