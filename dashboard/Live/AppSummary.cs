using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Dashboard.Live;

/// <summary>What lists show of one app or pod. It is small, so that tens of thousands can be held.</summary>
public sealed record AppSummary
{
    /// <summary>Its path.</summary>
    public required string Id { get; init; }

    /// <summary>The version of its definition.</summary>
    public required string Version { get; init; }

    /// <summary>It is a pod.</summary>
    public bool IsPod { get; init; }

    /// <summary>How many instances were asked for.</summary>
    public int Instances { get; init; }

    /// <summary>How many run.</summary>
    public int Running { get; init; }

    /// <summary>How many have a place and do not run yet.</summary>
    public int Staging { get; init; }

    /// <summary>How many pass their health checks.</summary>
    public int Healthy { get; init; }

    /// <summary>How many fail their health checks.</summary>
    public int Unhealthy { get; init; }

    /// <summary>How many wait for a place.</summary>
    public int Waiting { get; init; }

    /// <summary>No launch before this instant because of failures; null: no delay.</summary>
    public DateTimeOffset? DelayedUntil { get; init; }

    /// <summary>Why the first of them waits; null: not known, or none does.</summary>
    public string? Reason { get; init; }

    /// <summary>No agent could take an instance even if it were empty.</summary>
    public bool Impossible { get; init; }

    /// <summary>The end of an instance that is the newest; null: none is remembered.</summary>
    public TaskFailure? LastFailure { get; init; }

    /// <summary>The running deployment that holds it, or null.</summary>
    public string? DeploymentId { get; init; }

    /// <summary>Cpus of an instance.</summary>
    public double Cpus { get; init; }

    /// <summary>Memory of an instance, MB.</summary>
    public double Mem { get; init; }

    /// <summary>The role that it is charged to.</summary>
    public string Role { get; init; } = "*";

    /// <summary>Its labels.</summary>
    public ValueMap<string> Labels { get; init; }

    /// <summary>Apps, pods and groups that it is started after.</summary>
    public ValueList<string> Dependencies { get; init; }

    /// <summary>Names of services that its environment tells it, such as <c>db.shop.marathon.mesos</c>.</summary>
    public ValueList<string> Hosts { get; init; }

    /// <summary>A rollout waits at a step for somebody to promote it.</summary>
    public bool AwaitsPromotion { get; init; }

    /// <summary>How it is.</summary>
    public AppCondition Condition { get; init; }

    /// <summary>Grows with each reading, so that a page knows that there is something new.</summary>
    public long Stamp { get; init; }

    internal static AppSummary Of(AppVersion definition, AppStatus? status, string? deployment, long stamp)
    {
        var spec = definition.Spec;
        int running = 0, staging = 0, healthy = 0, unhealthy = 0;
        foreach (var instance in status?.Instances ?? default)
        {
            if (instance.State == TaskState.Running)
                running++;
            else if (instance.State is TaskState.Staging or TaskState.Starting)
                staging++;
            if (instance.Healthy is { } isHealthy)
            {
                healthy += isHealthy ? 1 : 0;
                unhealthy += isHealthy ? 0 : 1;
            }
        }

        var queue = status?.Queue;
        var summary = new AppSummary
        {
            Id = spec.Id,
            Version = definition.Version,
            IsPod = spec.Pod is not null,
            Instances = spec.Instances,
            Running = running,
            Staging = staging,
            Healthy = healthy,
            Unhealthy = unhealthy,
            Waiting = queue?.Count ?? 0,
            DelayedUntil = queue?.DelayedUntil,
            Reason = queue?.Explanation is { Rejections: [var first, ..] } ? first.ToString() : null,
            Impossible = queue?.Explanation?.Impossible ?? false,
            LastFailure = status is { Failures.IsEmpty: false } ? status.Failures[0] : null,
            DeploymentId = deployment,
            Cpus = spec.Cpus,
            Mem = spec.Mem,
            Role = spec.Role,
            Labels = spec.Labels,
            Dependencies = spec.Dependencies,
            Hosts = ServiceGraph.HostsIn(spec.Env.Values.Concat(spec.Pod?.Containers.AsEnumerable().SelectMany(container => container.Env.Values) ?? []).Select(value => value.Text)),
            AwaitsPromotion = status?.Canary is { HealthySince: not null, PromotedAt: null },
            Stamp = stamp,
        };
        return summary with { Condition = summary.Judge() };
    }

    /// <summary>The same app, held by another deployment or by none.</summary>
    internal AppSummary With(string? deployment, long stamp)
    {
        var changed = this with { DeploymentId = deployment, Stamp = stamp };
        return changed with { Condition = changed.Judge() };
    }

    /// <summary>True while it is on its way somewhere, and may change without an event.</summary>
    internal bool IsUnsettled => Condition is not (AppCondition.Running or AppCondition.Suspended) || Waiting > 0 || Running != Instances;

    private AppCondition Judge() =>
        Unhealthy > 0 && DeploymentId is null ? AppCondition.Unhealthy
        : DelayedUntil is not null ? AppCondition.Delayed
        : Reason is not null ? AppCondition.Waiting
        : DeploymentId is not null ? AppCondition.Deploying
        : Instances == 0 ? AppCondition.Suspended
        : Running < Instances ? AppCondition.Degraded
        : AppCondition.Running;
}
