using System.Net;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Ingress;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Registry;

/// <summary>The endpoints of apps and pods.</summary>
public static class AppEndpoints
{
    /// <summary>The framework whose apps they are, in DNS names.</summary>
    public const string Framework = "marathon";

    /// <summary>The service that an app or pod is: its path's names from the last to the first, such as <c>web.shop.marathon</c> for <c>/shop/web</c>.</summary>
    public static string ServiceOf(string appId) => $"{DiscoveryName(appId)}.{Framework}";

    /// <summary>Marathon's discovery name: the path's names from the last to the first, with dots between them.</summary>
    public static string DiscoveryName(string appId) => string.Join('.', appId.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());

    /// <summary>The endpoints of an instance: one for its task, in pods one for each container; none if it does not run.</summary>
    /// <param name="spec">The definition that the instance was made from.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="owner">Who tells of it, such as <c>app:/shop/web</c>.</param>
    public static IEnumerable<ServiceEndpoint> Of(AppSpec spec, InstanceState instance, string owner)
    {
        if (instance.State != TaskState.Running)
            yield break;
        var hostPorts = instance.Ports.Select(port => port == 0 ? (int?)null : port).ToValueList();
        if (spec.Pod is not { } pod)
        {
            yield return Endpoint(spec, instance, owner, instance.TaskId, instance.LastStatus) with
            {
                Ports = AppPorts.Describe(spec, hostPorts).Select(Port).ToValueList(),
                State = StateOf(instance, instance.Counts),
            };
            yield break;
        }
        var next = 0;
        for (var i = 0; i < pod.Containers.Count; i++)
        {
            var container = pod.Containers[i];
            var ports = container.Endpoints.Select(endpoint => Port(endpoint, next < hostPorts.Count ? hostPorts[next++] ?? 0 : 0)).ToValueList();
            if (i >= instance.Containers.Count || instance.Containers[i] is not { State: TaskState.Running } running)
                continue;
            yield return Endpoint(spec, instance, owner, running.TaskId, running.LastStatus) with
            {
                Name = container.Name,
                Ports = ports,
                State = StateOf(instance, !running.HasHealthCheck || running.Healthy == true),
            };
        }
    }

    /// <summary>What stands in the registry for an app or pod without instances that a request or connection wakes: its ports and labels, without an address. None: it is not woken.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="version">Its version.</param>
    /// <param name="owner">Who tells of it.</param>
    public static IEnumerable<ServiceEndpoint> Asleep(AppSpec spec, string version, string owner)
    {
        if (!Labels(spec).Append(spec.Labels).Any(labels => labels.Keys.Any(IngressLabels.IsWakeLabel)))
            return [];
        if (spec.Pod is { } pod)
        {
            return pod.Containers.Select(container => At($"asleep-{container.Name}", container.Endpoints.Select(endpoint => Port(endpoint, 0) with { ContainerPort = 0 }).ToValueList()) with { Name = container.Name })
                .Where(IsWoken);
        }
        return new[] { At("asleep", Bare(spec)) }.Where(IsWoken);

        ServiceEndpoint At(string id, ValueList<EndpointPort> ports) => new()
        {
            Id = id,
            Framework = Framework,
            Name = DiscoveryName(spec.Id),
            DiscoveryName = DiscoveryName(spec.Id),
            Ports = ports,
            State = EndpointState.Asleep,
            Labels = spec.Labels,
            Owner = owner,
            Version = version,
        };
    }

    /// <summary>The ports of a definition with their labels and without numbers of hosts, those of each container of a pod apart, and where each is in the definition.</summary>
    internal static IEnumerable<(ValueList<EndpointPort> Ports, Func<int, string> PathOf)> LabelledPorts(AppSpec spec)
    {
        if (spec.Pod is not { } pod)
            return [(Bare(spec), index => $"{(AppPorts.UsesMappings(spec) ? "/container/portMappings" : "/portDefinitions")}/{index}")];
        return pod.Containers.Select((container, number) =>
            (container.Endpoints.Select(endpoint => Port(endpoint, 0) with { ContainerPort = 0 }).ToValueList(), (Func<int, string>)(index => $"/containers/{number}/endpoints/{index}")));
    }

    private static ValueList<EndpointPort> Bare(AppSpec spec)
    {
        var count = AppPorts.UsesMappings(spec) ? spec.Container!.PortMappings.Count : spec.PortDefinitions.Count;
        return AppPorts.Describe(spec, Enumerable.Repeat((int?)0, count).ToValueList()).Select(port => Port(port) with { HostPort = 0, ContainerPort = 0 }).ToValueList();
    }

    // By requests to a host or path, or by connections to a virtual address.
    private static bool IsWoken(ServiceEndpoint sleeper) => Enumerable.Range(0, sleeper.Ports.Count).Any(index =>
        IngressLabels.Read(sleeper.Labels, sleeper.Ports, index) is { WakeInstances: > 0 }
        || (sleeper.Ports[index].Labels.Keys.Any(VirtualAddress.IsLabel) && IngressLabels.WakeInstances(sleeper.Labels, sleeper.Ports[index], index) > 0));

    /// <summary>How long an instance goes on after nobody is sent to it any more, before it is told to stop.</summary>
    /// <remarks>As the definition says; without a word 5 seconds for what balancers or the ingress send connections to, none for others.</remarks>
    public static TimeSpan DrainTime(AppSpec spec) => spec.Extension?.DrainSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : DrainTimes.Of(spec.Labels, Labels(spec));

    /// <summary>Whether balancers or the ingress send connections to its instances.</summary>
    public static bool IsBalanced(AppSpec spec) => DrainTimes.IsBalanced(spec.Labels, Labels(spec));

    private static IEnumerable<ValueMap<string>> Labels(AppSpec spec) =>
        spec.PortDefinitions.Select(port => port.Labels)
            .Concat(spec.Container?.PortMappings.Select(port => port.Labels) ?? [])
            .Concat(spec.Pod?.Containers.SelectMany(container => container.Endpoints).Select(endpoint => endpoint.Labels) ?? []);

    private static ServiceEndpoint Endpoint(AppSpec spec, InstanceState instance, string owner, string taskId, TaskUpdate? status)
    {
        var isHostMode = spec.Networks.IsEmpty || spec.Networks.All(network => network.Mode == NetworkMode.Host);
        var reported = status?.IpAddresses ?? default;
        return new()
        {
            Id = taskId,
            Framework = Framework,
            Name = DiscoveryName(spec.Id),
            DiscoveryName = DiscoveryName(spec.Id),
            AgentId = instance.AgentId,
            AgentAddresses = IPAddress.TryParse(instance.Host, out _) || !isHostMode || reported.IsEmpty ? [instance.Host] : reported,
            Addresses = isHostMode ? default : reported,
            Labels = spec.Labels,
            Owner = owner,
            Version = instance.Version,
        };
    }

    private static EndpointState StateOf(InstanceState instance, bool isReady) =>
        instance.Doomed ? EndpointState.Draining : isReady ? EndpointState.Ready : EndpointState.Waiting;

    private static EndpointPort Port(PortSpec port) => new()
    {
        Name = port.Name,
        Protocol = port.Protocol,
        HostPort = port.HostPort,
        ContainerPort = port.ContainerPort ?? 0,
        ServicePort = port.ServicePort ?? 0,
        Labels = port.Labels,
    };

    private static EndpointPort Port(PodEndpointSpec endpoint, int hostPort) => new()
    {
        Name = endpoint.Name,
        Protocol = endpoint.Protocols.IsEmpty ? "tcp" : string.Join(',', (IEnumerable<string>)endpoint.Protocols),
        HostPort = hostPort,
        ContainerPort = endpoint.ContainerPort is { } port ? port == 0 ? hostPort : port : 0,
        Labels = endpoint.Labels,
    };
}
