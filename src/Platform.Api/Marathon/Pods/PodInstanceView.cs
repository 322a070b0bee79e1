using Platform.Contracts.Apps;
using Platform.Contracts.Pods;
using Platform.Core.Apps;
using Platform.Core.Pods;

namespace Platform.Api.Marathon.Pods;

/// <summary>An instance of a pod beside the definition that it was made from.</summary>
internal sealed class PodInstanceView
{
    private readonly AppSpec? _spec;

    /// <param name="instance">The instance.</param>
    /// <param name="spec">Its definition; null if that is not kept any more.</param>
    public PodInstanceView(InstanceStatus instance, AppSpec? spec)
    {
        Instance = instance;
        _spec = spec;
        var health = instance.Containers.Select(container => PodConditions.Health(Container(container.Name), container.State, container.Healthy)?.Healthy).OfType<bool>();
        (Condition, Message) = PodConditions.OfInstance(instance.State, instance.LastStatus is not null, instance.Doomed, health);
    }

    public InstanceStatus Instance { get; }

    public PodInstanceCondition Condition { get; }

    public string? Message { get; }

    /// <summary>When it was last told of.</summary>
    public DateTimeOffset LastUpdated => Instance.LastStatus?.Timestamp is { } told && told > Instance.Since ? told : Instance.Since;

    /// <summary>The container network that it is on; null: the agent's own, or several.</summary>
    public string? NetworkName => _spec is { Networks.Count: 1 } spec ? spec.Networks[0].Name : null;

    public PodContainerSpec? Container(string name) => _spec?.Pod?.Containers.FirstOrDefault(container => container.Name == name);

    public IReadOnlyList<PodEndpointCondition> Endpoints(PodContainerStatus container) =>
        _spec?.Pod is { } pod ? PodConditions.Endpoints(pod, container.Name, [.. Instance.Ports], container.State, container.Healthy) : [];

    /// <summary>What it holds: the executor's resources and those of the containers that have not ended.</summary>
    public (double Cpus, double Mem, double Disk, int Gpus) Resources()
    {
        if (_spec?.Pod is not { } pod)
            return default;
        var held = Instance.Containers.Where(container => PodConditions.HoldsResources(container.State)).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        var left = PodSpec.WithTotals(_spec with { Pod = pod with { Containers = [.. pod.Containers.Where(container => held.Contains(container.Name))] } });
        return (left.Cpus, left.Mem, left.Disk, left.Gpus);
    }
}
