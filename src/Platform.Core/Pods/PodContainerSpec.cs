using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>One container of a pod.</summary>
/// <remarks>Names, units and defaults are Marathon's; what Marathon does not have are <see cref="Role"/> and <see cref="PreStop"/>.</remarks>
[GenerateSerializer, Immutable, Alias("Platform.PodContainerSpec")]
public sealed record PodContainerSpec
{
    /// <summary>The name, unique in the pod.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>What to execute; null: the image's own command.</summary>
    [Id(1)] public CommandSpec? Command { get; init; }

    /// <summary>The first argument takes the place of the image's entry point; null: not given.</summary>
    [Id(2)] public bool? OverrideEntrypoint { get; init; }

    /// <summary>Cpus. Default 1.</summary>
    [Id(3)] public double Cpus { get; init; } = 1;

    /// <summary>Memory, MB. Default 128.</summary>
    [Id(4)] public double Mem { get; init; } = 128;

    /// <summary>Disk, MB. Default 0.</summary>
    [Id(5)] public double Disk { get; init; }

    /// <summary>Whole GPUs. Default 0.</summary>
    [Id(6)] public int Gpus { get; init; }

    /// <summary>Limits above the request; null: none given.</summary>
    [Id(7)] public AppResourceLimits? ResourceLimits { get; init; }

    /// <summary>Ports.</summary>
    [Id(8)] public ValueList<PodEndpointSpec> Endpoints { get; init; }

    /// <summary>The image; null: the agent's own file system.</summary>
    [Id(9)] public PodImageSpec? Image { get; init; }

    /// <summary>Environment variables, which win over those of the pod.</summary>
    [Id(10)] public ValueMap<EnvValue> Env { get; init; }

    /// <summary>The user; null: that of the pod.</summary>
    [Id(11)] public string? User { get; init; }

    /// <summary>The health check, or null.</summary>
    [Id(12)] public PodCheckSpec? HealthCheck { get; init; }

    /// <summary>A check that is only reported, or null.</summary>
    [Id(13)] public PodCheckSpec? Check { get; init; }

    /// <summary>The pod's volumes that it sees.</summary>
    [Id(14)] public ValueList<PodVolumeMount> VolumeMounts { get; init; }

    /// <summary>Files to bring into the sandbox.</summary>
    [Id(15)] public ValueList<FetchSpec> Artifacts { get; init; }

    /// <summary>Labels.</summary>
    [Id(16)] public ValueMap<string> Labels { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL, seconds; null: 3.</summary>
    [Id(17)] public double? KillGracePeriodSeconds { get; init; }

    /// <summary>A lifecycle object was given, so one is written.</summary>
    [Id(18)] public bool HasLifecycle { get; init; }

    /// <summary>A terminal. Null: not given.</summary>
    [Id(19)] public bool? Tty { get; init; }

    /// <summary>Linux settings as given (a JSON object), kept and echoed; null: none.</summary>
    [Id(20)] public string? LinuxInfoJson { get; init; }

    /// <summary>What it is for. Default main.</summary>
    [Id(21)] public PodContainerRole Role { get; init; }

    /// <summary>A shell line that runs in the sandbox before SIGTERM, within the kill grace; null: none.</summary>
    [Id(22)] public string? PreStop { get; init; }
}
