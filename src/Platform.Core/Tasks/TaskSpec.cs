using System.Text.Json.Serialization;
using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Core.Tasks;

/// <summary>Everything that an agent needs to run one task. Complete in itself: the agent asks nobody.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskSpec")]
public sealed record TaskSpec
{
    /// <summary>Unique for ever. A launch of an id that the agent has seen before is answered with its state and starts nothing.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>A short name for people and for discovery, such as the app's path.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Who is told of its fate: <c>app:/path</c>, <c>job:id</c> or <c>framework:id</c>.</summary>
    [Id(2)] public required string Owner { get; init; }

    /// <summary>The role that its resources are charged to.</summary>
    [Id(3)] public string Role { get; init; } = "*";

    /// <summary>What it holds while it is not terminal, ports included.</summary>
    [Id(4)] public required Resources Resources { get; init; }

    /// <summary>What to execute.</summary>
    [Id(5)] public required CommandSpec Command { get; init; }

    /// <summary>The complete environment besides what the agent adds (HOST, MESOS_SANDBOX and the like).</summary>
    [Id(6)] public ValueMap<string> Environment { get; init; }

    /// <summary>Environment variables whose values must never be printed.</summary>
    [Id(7)] public ValueMap<SecretText> SecretEnvironment { get; init; }

    /// <summary>Brought into the sandbox before the start.</summary>
    [Id(8)] public ValueList<FetchSpec> Fetch { get; init; }

    /// <summary>Its ports in the order of their definition.</summary>
    [Id(9)] public ValueList<PortSpec> Ports { get; init; }

    /// <summary>Checks that the agent runs.</summary>
    [Id(10)] public ValueList<CheckSpec> Checks { get; init; }

    /// <summary>Volumes.</summary>
    [Id(11)] public ValueList<VolumeSpec> Volumes { get; init; }

    /// <summary>The image to run in; null: the process containerizer on the agent's own file system.</summary>
    [Id(12)] public ContainerImage? Image { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL. Seconds, default 3 (Mesos).</summary>
    [Id(13)] public double KillGraceSeconds { get; init; } = 3;

    /// <summary>Labels.</summary>
    [Id(14)] public ValueMap<string> Labels { get; init; }

    /// <summary>Tasks with the same group on one agent start together and end together (a pod's instance); null: alone.</summary>
    [Id(15)] public string? Group { get; init; }

    /// <summary>The cpus that it may burst to: null, its request; negative: unlimited.</summary>
    [Id(16)] public double? CpuLimit { get; init; }

    /// <summary>The memory that it may burst to in MB: null, its request; negative: unlimited.</summary>
    [Id(17)] public double? MemoryLimit { get; init; }

    /// <summary>Killed, and failed, when it runs longer than this. Seconds; null: no limit.</summary>
    [Id(18)] public double? MaxCompletionSeconds { get; init; }

    /// <summary>0 to 100; higher is more important.</summary>
    [Id(19)] public int Priority { get; init; }

    /// <summary>The version of the owner's definition that this task was made from.</summary>
    [Id(20)] public string? Version { get; init; }

    /// <summary>A command that runs before SIGTERM within the kill grace (pre-stop hook), or null.</summary>
    [Id(21)] public CommandSpec? PreStop { get; init; }

    /// <summary>A terminal with the task's input and output. Default false.</summary>
    [Id(22)] public bool Tty { get; init; }

    /// <summary>Tasks of its group that must have exited with 0 before it is started.</summary>
    [Id(23)] public ValueList<string> StartsAfter { get; init; }

    /// <summary>What its end means for its group. Default: all end.</summary>
    [Id(24)] public TaskGroupEnd EndsGroup { get; init; }

    /// <summary>What the group holds on the agent besides the resources of its tasks; given with one of them. Null: nothing.</summary>
    [Id(25)] public Resources? Overhead { get; init; }

    /// <summary>All that is held with this task: its resources and, if it carries that, the overhead of its group.</summary>
    [JsonIgnore]
    public Resources Held => Overhead is null ? Resources : Resources.Plus(Overhead);

    /// <summary>The taints that it tolerates; kept so that the control plane knows it again after a restart.</summary>
    [Id(30)] public ValueList<Toleration> Tolerations { get; init; }

    /// <summary>The graphics devices that it may use, by their index on the agent.</summary>
    [Id(31)] public ValueList<int> Gpus { get; init; }

    /// <summary>A file of its sandbox whose text is reported with its end, at most 32 KB; its path is in <c>PLATFORM_OUTPUT</c>. Null: none.</summary>
    [Id(32)] public string? OutputFile { get; init; }

    /// <summary>How it is set apart from its machine; null: as the agent does it.</summary>
    [Id(33)] public TaskIsolation? Isolation { get; init; }

    /// <summary>It is an executor of a framework, which runs the tasks that name it. Null: it is none.</summary>
    [Id(34)] public ExecutorSpec? Executor { get; init; }

    /// <summary>The id of the executor that runs it: it is handed to that one and nothing is started for it. Null: it runs by itself.</summary>
    [Id(35)] public string? RunsIn { get; init; }

    /// <summary>With <see cref="RunsIn"/>: the task in the words of its executor (Mesos' TaskInfo in protobuf).</summary>
    [Id(36)] public byte[]? Definition { get; init; }

    /// <summary>The identity that it gets; null: none.</summary>
    [Id(37)] public TaskIdentitySpec? Identity { get; init; }

    /// <summary>The id of the default executor (<see cref="ExecutorSpec.IsDefault"/>) that its group is in, whose folder it shares. Null: none.</summary>
    [Id(38)] public string? HeldBy { get; init; }

    /// <summary>The change of secrets that its values are as late as; greater ones come while it runs. Null: it is not given any while it runs.</summary>
    [Id(39)] public long? SecretsAsOf { get; init; }

    /// <summary>Whose folder its volumes of that kind are in: its executor's, its group's or its own.</summary>
    [JsonIgnore]
    public string SharesWith => HeldBy ?? Group ?? TaskId;
}
