using System.Globalization;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Jobs;

/// <summary>Makes demands and tasks of the runs of a job.</summary>
public static class JobTasks
{
    /// <summary>What a task needs to get a place.</summary>
    public static Demand Demand(RunState run, RunTask task, string owner) => Demand(run.Spec, task, owner) with { PinnedAgent = run.AgentId };

    private static Demand Demand(JobSpec spec, RunTask task, string owner) => new()
    {
        Id = task.TaskId,
        Owner = owner,
        Role = spec.Task.Role,
        Priority = spec.Task.Priority,
        TaskIds = [task.TaskId],
        Shape = TaskShape.Of((decimal)spec.Task.Cpus, (decimal)spec.Task.Mem, (decimal)spec.Task.Disk, spec.Task.Gpus, spec.Task.Ports),
        Constraints = [.. spec.Task.Constraints.Select(constraint => new Constraint(constraint.Field, ConstraintSyntax.OperatorOf(constraint.Operator)!.Value, constraint.Value))],
        Containerizer = spec.Task.Image?.Containerizer ?? Containerizers.Process,
        KillGrace = TimeSpan.FromSeconds(spec.Task.KillGraceSeconds),
    };

    /// <summary>The task itself.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">The attempt, with its place.</param>
    /// <param name="owner">The owner text of the job.</param>
    /// <param name="secrets">The values of the job's secrets by name.</param>
    /// <param name="fromReserved">The part of its resources that is reserved.</param>
    /// <param name="gang">All tasks of its gang in order of their rank; empty: it is of none.</param>
    public static TaskSpec Build(
        RunState run, RunTask task, string owner, ValueMap<SecretText> secrets, IReadOnlyCollection<ReservedAmounts> fromReserved, IReadOnlyList<RunTask> gang)
    {
        var spec = run.Spec;
        var scalars = Resources.Of(
        [
            Resource.Scalar(ResourceNames.Cpus, ScalarValue.From(spec.Task.Cpus).Milli),
            Resource.Scalar(ResourceNames.Mem, ScalarValue.From(spec.Task.Mem).Milli),
            Resource.Scalar(ResourceNames.Disk, ScalarValue.From(spec.Task.Disk).Milli),
            Resource.Scalar(ResourceNames.Gpus, spec.Task.Gpus * 1000L),
        ]);
        return new()
        {
            TaskId = task.TaskId,
            Name = spec.Id,
            Owner = owner,
            Role = spec.Task.Role,
            Resources = TaskResources.Of(scalars, [.. task.Ports.Select(port => (int?)port)], fromReserved, revocable: false),
            Command = Command(spec.Task.Command, run.Arguments),
            Environment = Environment(run, task, gang),
            SecretEnvironment = spec.Task.Env
                .Where(variable => variable.Value.Secret is { } name && secrets.ContainsKey(name))
                .Select(variable => KeyValuePair.Create(variable.Key, secrets[variable.Value.Secret!]))
                .ToValueMap(),
            Fetch = spec.Task.Fetch,
            Volumes = Volumes(spec.Task, secrets),
            Image = spec.Task.Image,
            KillGraceSeconds = spec.Task.KillGraceSeconds,
            MaxCompletionSeconds = spec.Task.TimeoutSeconds,
            Labels = spec.Labels,
            Priority = spec.Task.Priority,
            Gpus = task.Gpus,
            Ports = [.. task.Ports.Select((port, index) => Port(port, index < spec.Task.NamedPorts.Count ? spec.Task.NamedPorts[index] : JobPortSpec.Plain))],
            OutputFile = RunOutput.FileName,
            Identity = spec.Task.Identity ?? TaskIdentitySpec.Default,
        };
    }

    private static PortSpec Port(int number, JobPortSpec spec) => new() { HostPort = number, Name = spec.Name, Protocol = spec.Protocol, Labels = spec.Labels };

    private static ValueList<VolumeSpec> Volumes(JobTaskSpec task, ValueMap<SecretText> secrets) =>
    [
        .. task.Volumes,
        .. task.SecretFiles.Where(file => secrets.ContainsKey(file.Value)).Select(file => new VolumeSpec { ContainerPath = file.Key, Secret = secrets[file.Value], ReadOnly = true }),
    ];

    private static CommandSpec Command(CommandSpec command, ValueList<string> arguments)
    {
        if (arguments.IsEmpty)
            return command;
        return command.Shell is { } line
            ? command with { Shell = line + " " + string.Join(' ', (IEnumerable<string>)arguments) }
            : command with { Argv = [.. command.Argv, .. arguments] };
    }

    private static ValueMap<string> Environment(RunState run, RunTask task, IReadOnlyList<RunTask> gang)
    {
        var spec = run.Spec;
        var due = run.Nominal ?? run.CreatedAt;
        var all = new List<KeyValuePair<string, string>>
        {
            new("MESOS_TASK_ID", task.TaskId),
            new("PLATFORM_JOB_ID", spec.Id),
            new("PLATFORM_RUN_ID", run.RunId),
            new("PLATFORM_RUN_DUE", due.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            new("PLATFORM_RUN_ATTEMPT", task.Attempt.ToString(CultureInfo.InvariantCulture)),
            new("METRONOME_JOB_ID", spec.Id),
            new("METRONOME_RUN_ID", run.RunId),
            new("CHRONOS_JOB_NAME", spec.Id),
            new("CHRONOS_JOB_RUN_TIME", due.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            new("CHRONOS_JOB_RUN_ATTEMPT", task.Attempt.ToString(CultureInfo.InvariantCulture)),
            new("CHRONOS_RESOURCE_CPU", TaskEnvironment.Decimal(spec.Task.Cpus)),
            new("CHRONOS_RESOURCE_MEM", TaskEnvironment.Decimal(spec.Task.Mem)),
            new("CHRONOS_RESOURCE_DISK", TaskEnvironment.Decimal(spec.Task.Disk)),
            new("HOST", task.Host ?? ""),
        };
        if (spec.Array is { } array)
        {
            all.Add(new("PLATFORM_ARRAY_INDEX", task.Index.ToString(CultureInfo.InvariantCulture)));
            all.Add(new("PLATFORM_ARRAY_FROM", array.From.ToString(CultureInfo.InvariantCulture)));
            all.Add(new("PLATFORM_ARRAY_TO", array.To.ToString(CultureInfo.InvariantCulture)));
            all.Add(new("PLATFORM_ARRAY_COUNT", array.Count.ToString(CultureInfo.InvariantCulture)));
        }
        if (gang.Count > 0)
        {
            all.Add(new("PLATFORM_GANG_RANK", (task.Index - run.Spec.Array!.From).ToString(CultureInfo.InvariantCulture)));
            all.Add(new("PLATFORM_GANG_SIZE", gang.Count.ToString(CultureInfo.InvariantCulture)));
            all.Add(new("PLATFORM_GANG_ADDRESSES", string.Join(',', gang.Select(other => other.Host))));
            for (var port = 0; port < spec.Task.Ports && gang.All(other => other.Ports.Count > port); port++)
            {
                var endpoints = string.Join(',', gang.Select(other => string.Create(CultureInfo.InvariantCulture, $"{other.Host}:{other.Ports[port]}")));
                all.Add(new(string.Create(CultureInfo.InvariantCulture, $"PLATFORM_GANG_ENDPOINTS{port}"), endpoints));
                if (port == 0)
                    all.Add(new("PLATFORM_GANG_ENDPOINTS", endpoints));
            }
        }
        all.AddRange(TaskEnvironment.OfPorts([.. spec.Task.NamedPorts.Select(port => (port.Name, 0))], [.. task.Ports.Select(port => (int?)port)], seed: 0));
        if (!task.Gpus.IsEmpty)
            all.AddRange(TaskEnvironment.OfGpus(task.Gpus));
        foreach (var (name, value) in spec.Task.Env)
        {
            if (value.Secret is null)
                all.Add(new(name, value.Text ?? ""));
        }
        all.AddRange(run.Environment);
        // What is said last counts.
        return all.GroupBy(variable => variable.Key, StringComparer.Ordinal).Select(group => group.Last()).ToValueMap();
    }
}
