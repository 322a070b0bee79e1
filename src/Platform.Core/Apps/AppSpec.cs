using System.Text.Json.Serialization;
using Platform.Core.Collections;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>A long-running app as its user asked for it: Marathon's definition in its normalized form (no deprecated fields), with every default filled in.</summary>
/// <remarks>Names, units and defaults are Marathon's; what Marathon does not have is in <see cref="Extension"/>.</remarks>
[GenerateSerializer, Immutable, Alias("Platform.AppSpec")]
public sealed record AppSpec
{
    /// <summary>The absolute path, such as <c>/shop/web</c>.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>A line for <c>/bin/sh -c</c>; null if <see cref="Args"/> or an image's own command is used.</summary>
    [Id(1)] public string? Cmd { get; init; }

    /// <summary>An argument vector; null if <see cref="Cmd"/> is used.</summary>
    [Id(2)] public ValueList<string>? Args { get; init; }

    /// <summary>The user to run as; null: the agent's.</summary>
    [Id(3)] public string? User { get; init; }

    /// <summary>Environment variables: a text or a reference to one of <see cref="Secrets"/>.</summary>
    [Id(4)] public ValueMap<EnvValue> Env { get; init; }

    /// <summary>How many instances shall run. Default 1.</summary>
    [Id(5)] public int Instances { get; init; } = 1;

    /// <summary>Cpus of an instance. Default 1.</summary>
    [Id(6)] public double Cpus { get; init; } = 1;

    /// <summary>Memory of an instance, MB. Default 128.</summary>
    [Id(7)] public double Mem { get; init; } = 128;

    /// <summary>Disk of an instance, MB. Default 0.</summary>
    [Id(8)] public double Disk { get; init; }

    /// <summary>Whole GPUs of an instance. Default 0.</summary>
    [Id(9)] public int Gpus { get; init; }

    /// <summary>Limits above the request; null: none given.</summary>
    [Id(10)] public AppResourceLimits? ResourceLimits { get; init; }

    /// <summary>Marathon's executor: "" or a path. Default "".</summary>
    [Id(11)] public string Executor { get; init; } = "";

    /// <summary>Files to bring into the sandbox.</summary>
    [Id(12)] public ValueList<FetchSpec> Fetch { get; init; }

    /// <summary>Placement constraints: field, operator, value.</summary>
    [Id(13)] public ValueList<ConstraintSpec> Constraints { get; init; }

    /// <summary>The container, or null.</summary>
    [Id(14)] public ContainerSpec? Container { get; init; }

    /// <summary>Networks; empty means host.</summary>
    [Id(15)] public ValueList<NetworkSpec> Networks { get; init; }

    /// <summary>Ports in host mode.</summary>
    [Id(16)] public ValueList<PortDefinition> PortDefinitions { get; init; }

    /// <summary>Take exactly the host ports that are defined. Default false.</summary>
    [Id(17)] public bool RequirePorts { get; init; }

    /// <summary>Health checks.</summary>
    [Id(18)] public ValueList<HealthCheckSpec> HealthChecks { get; init; }

    /// <summary>A check that is only reported, or null.</summary>
    [Id(19)] public HealthCheckSpec? Check { get; init; }

    /// <summary>Readiness checks, at most one.</summary>
    [Id(20)] public ValueList<ReadinessCheckSpec> ReadinessChecks { get; init; }

    /// <summary>Paths of the apps and groups that must run first.</summary>
    [Id(21)] public ValueList<string> Dependencies { get; init; }

    /// <summary>How many instances may be missing or extra during an update.</summary>
    [Id(22)] public UpgradeStrategy UpgradeStrategy { get; init; } = new();

    /// <summary>Labels.</summary>
    [Id(23)] public ValueMap<string> Labels { get; init; }

    /// <summary>The roles whose reserved resources it may use; empty: its own role and <c>*</c>.</summary>
    [Id(24)] public ValueList<string> AcceptedResourceRoles { get; init; }

    /// <summary>The role that its resources are charged to. Default <c>*</c>.</summary>
    [Id(25)] public string Role { get; init; } = "*";

    /// <summary>Delay before a task is started again after a failure, seconds. Default 1.</summary>
    [Id(26)] public double BackoffSeconds { get; init; } = 1;

    /// <summary>The delay grows by this factor with each failure. Default 1.15.</summary>
    [Id(27)] public double BackoffFactor { get; init; } = 1.15;

    /// <summary>The longest delay, seconds. Default 300.</summary>
    [Id(28)] public double MaxLaunchDelaySeconds { get; init; } = 300;

    /// <summary>Which instance is killed first. Default youngest first.</summary>
    [Id(29)] public KillSelection KillSelection { get; init; }

    /// <summary>What happens when an agent is out of reach; null: the app's tasks are left alone ("disabled").</summary>
    [Id(30), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public UnreachableStrategy? UnreachableStrategy { get; init; } = new();

    /// <summary>Time between SIGTERM and SIGKILL, seconds; null: 3.</summary>
    [Id(31)] public double? TaskKillGracePeriodSeconds { get; init; }

    /// <summary>Secrets by the name that <see cref="Env"/> and volumes use; the value is the source's path in the secret store.</summary>
    [Id(32)] public ValueMap<string> Secrets { get; init; }

    /// <summary>A terminal. Null: not given.</summary>
    [Id(33)] public bool? Tty { get; init; }

    /// <summary>What Marathon does not have; null if nothing of it is used.</summary>
    [Id(34)] public AppExtension? Extension { get; init; }

    /// <summary>Resources of a custom executor, kept and echoed; null: none.</summary>
    [Id(35)] public ExecutorResources? ExecutorResources { get; init; }

    /// <summary>The containers, if this is the definition of a pod; null: an app.</summary>
    [Id(36)] public PodSpec? Pod { get; init; }
}
