using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>What an app can ask for that Marathon does not have; the object <c>platform</c> of its definition.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppExtension")]
public sealed record AppExtension
{
    /// <summary>The priority of apps that name none: above that of jobs (25), so that batch work makes room for services and not the other way round.</summary>
    public const int DefaultPriority = 50;

    /// <summary>0 to 100; higher is more important and may preempt lower. Default 50.</summary>
    [Id(0)] public int Priority { get; init; } = DefaultPriority;

    /// <summary>Soft preferences.</summary>
    [Id(1)] public ValueList<PreferenceSpec> Preferences { get; init; }

    /// <summary>binpack or spread; null: the cluster's default.</summary>
    [Id(2)] public string? Placement { get; init; }

    /// <summary>Taints that it tolerates: <c>key</c>, <c>key=value</c>.</summary>
    [Id(3)] public ValueList<string> Tolerations { get; init; }

    /// <summary>The node pool; null: any agent that is in no pool.</summary>
    [Id(4)] public string? Pool { get; init; }

    /// <summary>One instance on every matching agent; the number of instances is ignored. Default false.</summary>
    [Id(5)] public bool System { get; init; }

    /// <summary>Start all instances at once or none. Default false.</summary>
    [Id(6)] public bool Gang { get; init; }

    /// <summary>Use revocable resources. Default false.</summary>
    [Id(7)] public bool Revocable { get; init; }

    /// <summary>Instances end for good when they exit with 0; the app is done when all did. Default false.</summary>
    [Id(8)] public bool RunOnce { get; init; }

    /// <summary>At most this many instances may be missing because of preemption or drain at a time; null: no limit.</summary>
    [Id(9)] public int? DisruptionBudget { get; init; }

    /// <summary>A shell line that runs in the sandbox before SIGTERM, within the kill grace; null: none.</summary>
    [Id(10)] public string? PreStop { get; init; }

    /// <summary>A deployment without progress for this long has failed and is rolled back. Seconds; null: never.</summary>
    [Id(11)] public double? ProgressDeadlineSeconds { get; init; }

    /// <summary>A deployment with more failed new instances than this has failed and is rolled back; null: never.</summary>
    [Id(12)] public int? FailureBudget { get; init; }

    /// <summary>Canary rollout; null: none.</summary>
    [Id(13)] public CanarySpec? Canary { get; init; }

    /// <summary>Autoscaling; null: none.</summary>
    [Id(14)] public AutoscalingSpec? Autoscaling { get; init; }

    /// <summary>A deployment whose gang found no room for this long has failed and is rolled back. Seconds; null: it waits for ever.</summary>
    [Id(15)] public double? GangDeadlineSeconds { get; init; }

    /// <summary>How long an instance goes on after it has left the registry and the balancers, before it is told to stop. Seconds; null: 5 where balancers send connections to it, otherwise none.</summary>
    [Id(16)] public double? DrainSeconds { get; init; }

    /// <summary>The identity of its tasks; null: the default.</summary>
    [Id(17)] public TaskIdentitySpec? Identity { get; init; }

    /// <summary>What happens when a secret that it uses gets a new value; null: nothing.</summary>
    [Id(18)] public SecretChangeSpec? SecretChange { get; init; }
}
