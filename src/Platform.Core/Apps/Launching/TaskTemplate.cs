using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>Builds the tasks of one app's definition: what all of them share is made once.</summary>
public sealed class TaskTemplate : InstanceTemplate
{
    private readonly AppTarget _target;
    private readonly ValueMap<string> _secrets;
    private readonly Options _options;
    private readonly KeyValuePair<string, string>[] _ofApp;
    private readonly (string? Name, int Port)[] _declared;
    private readonly TaskSpec _shared;
    private readonly Resources _scalars;
    private readonly string? _problem;

    /// <summary>What a site can set.</summary>
    /// <param name="EnvPrefix">Put before the names of the variables with ports and host, as Marathon's <c>--env_vars_prefix</c>. Default none.</param>
    /// <param name="EnforceRole">The app's group enforces its role. Default false.</param>
    public sealed record Options(string EnvPrefix = "", bool EnforceRole = false);

    /// <summary>Prepares the tasks of a definition.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="owner">The owner text of the app.</param>
    /// <param name="secrets">The values of the app's secrets by the names that the definition uses; one that is missing makes every build fail.</param>
    /// <param name="options">What the site has set.</param>
    public TaskTemplate(AppTarget target, string owner, ValueMap<string> secrets, Options? options = null)
        : base(target)
    {
        (_target, _secrets, _options) = (target, secrets, options ?? new());
        _ofApp = [.. TaskEnvironment.OfApp(target, _options.EnforceRole)];
        _declared = TaskEnvironment.Declared(target.Spec);
        _scalars = Scalars(target.Spec);
        _problem = FindProblem();
        _shared = Shared(owner);
    }

    /// <inheritdoc/>
    public override TaskBuild Build(InstanceState instance, IReadOnlyCollection<ReservedAmounts> fromReserved)
    {
        if (_problem is not null)
            return new(default, _problem);
        var hostPorts = instance.Ports.Select(port => port == 0 ? (int?)null : port).ToValueList();
        var ports = AppPorts.Describe(_target.Spec, hostPorts);
        var task = _shared with
        {
            TaskId = instance.TaskId,
            Resources = TaskResources.Of(_scalars, hostPorts, fromReserved, _target.Spec.Extension?.Revocable == true),
            Environment = Environment(instance, hostPorts),
            Ports = ports,
            Checks = AppChecks.Build(_target.Spec, ports),
            Volumes = Volumes(instance),
            Gpus = instance.Gpus,
        };
        return new([task], null);
    }

    /// <summary>The id of the volume that an instance has at a path.</summary>
    public static string VolumeId(string instanceId, string containerPath) => $"{instanceId}#{containerPath.Trim('/').Replace('/', '_')}";

    private TaskSpec Shared(string owner)
    {
        var spec = _target.Spec;
        return new()
        {
            TaskId = "",
            Name = spec.Id,
            Owner = owner,
            Role = spec.Role,
            Resources = _scalars,
            Command = Command(spec),
            SecretEnvironment = SecretVariables(),
            Fetch = spec.Fetch,
            Image = ContainerImages.Of(spec, _secrets),
            KillGraceSeconds = spec.TaskKillGracePeriodSeconds ?? 3,
            Labels = spec.Labels,
            CpuLimit = spec.ResourceLimits?.Cpus,
            MemoryLimit = spec.ResourceLimits?.Mem,
            Priority = spec.Extension?.Priority ?? AppExtension.DefaultPriority,
            Tolerations = [.. DemandBuilder.Tolerations(spec)],
            Version = _target.Version,
            PreStop = spec.Extension?.PreStop is { } line ? new() { Shell = line, User = spec.User } : null,
            Tty = spec.Tty ?? false,
            Isolation = LinuxSettings.Read(spec.Container?.LinuxInfoJson),
            Identity = spec.Extension?.Identity ?? TaskIdentitySpec.Default,
        };
    }

    // Arguments win over a command; a custom executor gets the command as its arguments, as Marathon's path executor does.
    private static CommandSpec Command(AppSpec spec)
    {
        if (spec.Executor is not ("" or "//cmd"))
        {
            var line = spec.Cmd ?? string.Join(' ', (IEnumerable<string>)(spec.Args ?? default));
            return new() { Shell = $"chmod ug+rx '{spec.Executor}' && exec '{spec.Executor}' {line}", User = spec.User };
        }
        if (spec.Args is { IsEmpty: false } args)
            return new() { Argv = args, User = spec.User };
        return new() { Shell = string.IsNullOrEmpty(spec.Cmd) ? null : spec.Cmd, User = spec.User };
    }

    private static Resources Scalars(AppSpec spec) => Resources.Of(
    [
        Resource.Scalar(ResourceNames.Cpus, ScalarValue.From(spec.Cpus).Milli),
        Resource.Scalar(ResourceNames.Mem, ScalarValue.From(spec.Mem).Milli),
        Resource.Scalar(ResourceNames.Disk, ScalarValue.From(spec.Disk).Milli),
        Resource.Scalar(ResourceNames.Gpus, spec.Gpus * 1000L),
    ]);

    private ValueMap<string> Environment(InstanceState instance, ValueList<int?> hostPorts)
    {
        var spec = _target.Spec;
        var all = new List<KeyValuePair<string, string>>(_ofApp.Length + spec.Env.Count + (4 * hostPorts.Count) + 4);
        all.AddRange(_ofApp);
        all.Add(new("MESOS_TASK_ID", instance.TaskId));
        if (!instance.Gpus.IsEmpty)
            all.AddRange(TaskEnvironment.OfGpus(instance.Gpus));
        foreach (var (name, value) in TaskEnvironment.OfPorts(_declared, hostPorts, Seed(instance.TaskId)))
            all.Add(new(_options.EnvPrefix + name, value));
        all.Add(new(_options.EnvPrefix + "HOST", instance.Host));
        foreach (var (name, value) in spec.Env)
        {
            if (value.Secret is null)
                all.Add(new(name, value.Text ?? ""));
        }
        return all.ToValueMap();
    }

    private ValueMap<SecretText> SecretVariables()
    {
        var variables = new List<KeyValuePair<string, SecretText>>();
        foreach (var (name, value) in _target.Spec.Env)
        {
            if (value.Secret is { } secret && _secrets.Find(secret) is { } text)
                variables.Add(new(name, new(text)));
        }
        return variables.ToValueMap();
    }

    private ValueList<VolumeSpec> Volumes(InstanceState instance)
    {
        if (_target.Spec.Container is not { Volumes.IsEmpty: false } container)
            return default;
        var volumes = new List<VolumeSpec>(container.Volumes.Count);
        foreach (var volume in container.Volumes)
        {
            volumes.Add(new()
            {
                ContainerPath = volume.ContainerPath,
                HostPath = volume.HostPath,
                PersistentId = volume.Persistent is null ? null : VolumeId(instance.InstanceId, volume.ContainerPath),
                Persistent = volume.Persistent is null ? null : instance.PlacedVolumes.FirstOrDefault(placed => placed.Id == VolumeId(instance.InstanceId, volume.ContainerPath)),
                Secret = volume.Secret is { } secret ? new(_secrets[secret]) : null,
                External = volume.ExternalJson is { } external ? ExternalVolumes.Read(external) : null,
                ReadOnly = volume.Mode == "RO" || volume.Secret is not null,
            });
        }
        return volumes.ToValueList();
    }

    private string? FindProblem()
    {
        var spec = _target.Spec;
        foreach (var (name, value) in spec.Env)
        {
            if (value.Secret is { } secret && !_secrets.ContainsKey(secret))
                return $"The secret '{secret}' of the environment variable {name} has no value in the secret store.";
        }
        foreach (var volume in spec.Container?.Volumes ?? default)
        {
            if (volume.Secret is { } secret && !_secrets.ContainsKey(secret))
                return $"The secret '{secret}' of the volume {volume.ContainerPath} has no value in the secret store.";
            if (volume.ExternalJson is { } external && ExternalVolumes.Problem(external, spec) is { } problem)
                return $"The volume {volume.ContainerPath} {problem}";
        }
        if (spec.Container?.Docker?.PullConfigSecret is { } pull && !_secrets.ContainsKey(pull))
            return $"The secret '{pull}' with the credentials of the registry has no value in the secret store.";
        return null;
    }

    // FNV-1a, so that the same task always gets the same numbers.
    private static int Seed(string text)
    {
        var hash = 2_166_136_261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16_777_619u;
        return (int)(hash & 0xFFFFFF);
    }
}
