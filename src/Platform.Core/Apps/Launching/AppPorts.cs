using System.Collections.Immutable;
using Platform.Core.Collections;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>The ports of an app: what it declares, what it asks the allocator for, and what an instance got.</summary>
public static class AppPorts
{
    /// <summary>True if the app declares ports of a container; then its host ports are not used.</summary>
    public static bool UsesMappings(AppSpec spec) => spec.Container is { PortMappings.IsEmpty: false };

    /// <summary>Host ports that an instance must have, in the order of their definition.</summary>
    public static ImmutableArray<int> Static(AppSpec spec)
    {
        var ports = ImmutableArray.CreateBuilder<int>();
        if (spec.Pod is { } pod)
        {
            foreach (var endpoint in Endpoints(pod))
            {
                if (endpoint.HostPort is > 0 and var port)
                    ports.Add(port);
            }
        }
        else if (UsesMappings(spec))
        {
            foreach (var mapping in spec.Container!.PortMappings)
            {
                if (mapping.HostPort is > 0 and var port)
                    ports.Add(port);
            }
        }
        else if (spec.RequirePorts)
        {
            foreach (var definition in spec.PortDefinitions)
            {
                if (definition.Port > 0)
                    ports.Add(definition.Port);
            }
        }
        return ports.DrainToImmutable();
    }

    /// <summary>How many ports of the agent's choice an instance needs.</summary>
    public static int DynamicCount(AppSpec spec)
    {
        var count = 0;
        if (spec.Pod is { } pod)
            return Endpoints(pod).Count(endpoint => endpoint.HostPort == 0);
        if (UsesMappings(spec))
        {
            foreach (var mapping in spec.Container!.PortMappings)
                count += mapping.HostPort == 0 ? 1 : 0;
        }
        else
        {
            foreach (var definition in spec.PortDefinitions)
                count += spec.RequirePorts && definition.Port > 0 ? 0 : 1;
        }
        return count;
    }

    /// <summary>The endpoints of all containers of a pod, in the order of their definition, which is also that of an instance's ports.</summary>
    public static IEnumerable<PodEndpointSpec> Endpoints(PodSpec pod) => pod.Containers.SelectMany(container => container.Endpoints);

    /// <summary>The host port of each definition in order; null for a container port that is not published.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="placed">The ports of the placement: the static ones in order, then those of the agent's choice.</param>
    public static ValueList<int?> HostPorts(AppSpec spec, ImmutableArray<int> placed)
    {
        var dynamicPort = Static(spec).Length;
        if (spec.Pod is { } pod)
            return Endpoints(pod).Select(endpoint => endpoint.HostPort is { } port ? port > 0 ? port : placed[dynamicPort++] : (int?)null).ToValueList();
        if (UsesMappings(spec))
        {
            var mappings = spec.Container!.PortMappings;
            var mapped = new int?[mappings.Count];
            for (var i = 0; i < mapped.Length; i++)
                mapped[i] = mappings[i].HostPort is { } port ? port > 0 ? port : placed[dynamicPort++] : null;
            return ValueList.Create<int?>(mapped);
        }
        var definitions = spec.PortDefinitions;
        var ports = new int?[definitions.Count];
        for (var i = 0; i < ports.Length; i++)
            ports[i] = spec.RequirePorts && definitions[i].Port > 0 ? definitions[i].Port : placed[dynamicPort++];
        return ValueList.Create<int?>(ports);
    }

    /// <summary>The ports of a task.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="hostPorts">As <see cref="HostPorts"/> says.</param>
    public static ValueList<PortSpec> Describe(AppSpec spec, ValueList<int?> hostPorts)
    {
        var ports = new PortSpec[hostPorts.Count];
        for (var i = 0; i < ports.Length; i++)
        {
            var host = hostPorts[i] ?? 0;
            if (UsesMappings(spec))
            {
                var mapping = spec.Container!.PortMappings[i];
                ports[i] = new()
                {
                    Name = mapping.Name,
                    HostPort = host,
                    // A container port of 0 is the same as the host port, so that a task can announce the one it sees.
                    ContainerPort = mapping.ContainerPort == 0 ? host : mapping.ContainerPort,
                    ServicePort = mapping.ServicePort,
                    Protocol = mapping.Protocol,
                    Labels = mapping.Labels,
                };
            }
            else
            {
                var definition = spec.PortDefinitions[i];
                ports[i] = new() { Name = definition.Name, HostPort = host, ServicePort = definition.Port, Protocol = definition.Protocol, Labels = definition.Labels };
            }
        }
        return ValueList.Create<PortSpec>(ports);
    }
}
