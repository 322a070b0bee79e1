using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Contracts.Apps;

/// <summary>What readers see of an app.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AppStatus")]
public sealed record AppStatus
{
    /// <summary>The definition that is being reached or stands.</summary>
    [Id(0)] public required AppVersion Target { get; init; }

    /// <summary>The instances that hold or wait for a place on an agent, oldest first; with <see cref="More"/> the first of them in the order of their ids.</summary>
    [Id(1)] public ValueList<InstanceStatus> Instances { get; init; }

    /// <summary>Running deployments that this app is part of.</summary>
    [Id(2)] public ValueList<string> Deployments { get; init; }

    /// <summary>Ends of instances, newest first, at most 50.</summary>
    [Id(3)] public ValueList<TaskFailure> Failures { get; init; }

    /// <summary>What waits to be started; null if nothing does.</summary>
    [Id(4)] public AppQueue? Queue { get; init; }

    /// <summary>What autoscaling last changed; null: nothing since the number of instances was last set.</summary>
    [Id(5)] public AutoscalingStatus? Autoscaled { get; init; }

    /// <summary>What autoscaling last measured, and what it made of that; null: no autoscaling, or not measured yet.</summary>
    [Id(6)] public AutoscalingStatus? Measured { get; init; }

    /// <summary>The canary step that holds the rollout back; null: none does.</summary>
    [Id(7)] public CanaryStatus? Canary { get; init; }

    /// <summary>There are more instances than one message should carry: the others are asked for with this (<see cref="IAppGrain.GetInstancesAsync"/>). Null: all are here.</summary>
    [Id(8)] public string? More { get; init; }
}
