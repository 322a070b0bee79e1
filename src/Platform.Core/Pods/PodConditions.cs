using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>How the states of containers add up to that of an instance, and those of instances to that of a pod (Marathon, PodStatusConversion and AppInfoBaseData.podState).</summary>
public static class PodConditions
{
    /// <summary>The message of an instance on an agent that is out of reach.</summary>
    public const string Unreachable = "pod instance has become unreachable";

    /// <summary>The message of an instance of which a container is not healthy.</summary>
    public const string Unhealthy = "at least one container is not healthy";

    /// <summary>A check has told.</summary>
    public const string HealthReported = "health-reported-by-mesos";

    /// <summary>There is a check, and it has not told yet.</summary>
    public const string HealthUnreported = "health-unreported-by-mesos";

    /// <summary>The condition of a pod.</summary>
    /// <param name="wanted">How many instances there shall be.</param>
    /// <param name="instances">The conditions of those that there are.</param>
    /// <param name="terminating">It is being removed.</param>
    public static PodCondition Of(int wanted, IEnumerable<PodInstanceCondition> instances, bool terminating)
    {
        if (terminating)
            return PodCondition.Terminal;
        return instances.Count(condition => condition == PodInstanceCondition.Stable) >= wanted ? PodCondition.Stable : PodCondition.Degraded;
    }

    /// <summary>The condition of an instance, and what there is to say of it.</summary>
    /// <param name="state">The state of the instance, which is made of those of its containers.</param>
    /// <param name="isTold">Its agent has told of it.</param>
    /// <param name="isDoomed">It is on its way out.</param>
    /// <param name="isHealthy">What is told of each container's health; none for a container without a check.</param>
    public static (PodInstanceCondition Condition, string? Message) OfInstance(TaskState state, bool isTold, bool isDoomed, IEnumerable<bool> isHealthy)
    {
        if (state == TaskState.Unreachable)
            return (PodInstanceCondition.Degraded, Unreachable);
        if (isDoomed || state == TaskState.Killing || state.IsTerminal())
            return (PodInstanceCondition.Terminal, null);
        if (state != TaskState.Running)
            return (isTold ? PodInstanceCondition.Staging : PodInstanceCondition.Pending, null);
        return isHealthy.All(healthy => healthy) ? (PodInstanceCondition.Stable, null) : (PodInstanceCondition.Degraded, Unhealthy);
    }

    /// <summary>What is told of a container's health; null if there is nothing to tell. A check that has not told yet counts as not healthy.</summary>
    /// <param name="container">The container as it was defined for this instance; null if its definition is not known.</param>
    /// <param name="state">The state of its task.</param>
    /// <param name="healthy">What its check last told.</param>
    public static (bool Healthy, string Reason)? Health(PodContainerSpec? container, TaskState state, bool? healthy)
    {
        if (container?.HealthCheck is null || container.Role == PodContainerRole.Init)
            return null;
        if (state is TaskState.Staging or TaskState.Starting || state.IsTerminal())
            return null;
        return healthy is { } told ? (told, HealthReported) : (false, HealthUnreported);
    }

    /// <summary>True as long as a container holds its resources.</summary>
    public static bool HoldsResources(TaskState state) => !state.IsTerminal();

    /// <summary>What is told of the endpoints of one container, in the order of their definition; nothing of one that has ended.</summary>
    /// <param name="pod">The definition of the instance.</param>
    /// <param name="name">The container.</param>
    /// <param name="ports">The host ports of the instance: one for each endpoint of each container, 0 for none.</param>
    /// <param name="state">The state of the container's task.</param>
    /// <param name="healthy">What its check last told.</param>
    public static IReadOnlyList<PodEndpointCondition> Endpoints(PodSpec pod, string name, IReadOnlyList<int> ports, TaskState state, bool? healthy)
    {
        if (state.IsTerminal())
            return [];
        var endpoints = new List<PodEndpointCondition>();
        var index = 0;
        foreach (var container in pod.Containers)
        {
            foreach (var endpoint in container.Endpoints)
            {
                var port = index < ports.Count ? ports[index] : 0;
                index++;
                if (container.Name == name)
                    endpoints.Add(new(endpoint.Name, port > 0 ? port : null, container.HealthCheck?.Endpoint == endpoint.Name ? healthy : null));
            }
        }
        return endpoints;
    }

    /// <summary>Marathon's name of a condition.</summary>
    public static string ToWireName(this PodCondition condition) => condition switch
    {
        PodCondition.Stable => "STABLE",
        PodCondition.Terminal => "TERMINAL",
        _ => "DEGRADED",
    };

    /// <summary>Marathon's name of a condition.</summary>
    public static string ToWireName(this PodInstanceCondition condition) => condition switch
    {
        PodInstanceCondition.Pending => "PENDING",
        PodInstanceCondition.Staging => "STAGING",
        PodInstanceCondition.Stable => "STABLE",
        PodInstanceCondition.Terminal => "TERMINAL",
        _ => "DEGRADED",
    };
}
