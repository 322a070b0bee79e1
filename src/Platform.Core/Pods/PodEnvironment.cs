using System.Globalization;
using System.Text;
using Platform.Core.Apps;

namespace Platform.Core.Pods;

/// <summary>The environment variables that Marathon gives to a pod's containers (TaskGroupBuilder).</summary>
public static class PodEnvironment
{
    /// <summary>What all containers of an instance get: the ports of all endpoints. <c>ENDPOINT_&lt;NAME&gt;</c> is the host port in host mode and the container port else.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="hostPorts">The host port of each endpoint in order; null: none.</param>
    /// <param name="prefix">Put before the names.</param>
    public static IEnumerable<KeyValuePair<string, string>> OfEndpoints(AppSpec spec, IReadOnlyList<int?> hostPorts, string prefix)
    {
        var isHost = IsHostNetwork(spec);
        prefix = prefix.ToUpperInvariant();
        var i = 0;
        foreach (var endpoint in AppPorts.Endpoints(spec.Pod!))
        {
            var host = hostPorts[i++];
            var container = endpoint.ContainerPort == 0 ? host ?? 0 : endpoint.ContainerPort;
            var name = Escape(endpoint.Name);
            if ((isHost ? host : container) is { } port)
                yield return new($"{prefix}ENDPOINT_{name}", Text(port));
            if (host is { } hostPort)
                yield return new($"{prefix}EP_HOST_{name}", Text(hostPort));
            if (container is { } containerPort)
                yield return new($"{prefix}EP_CONTAINER_{name}", Text(containerPort));
        }
    }

    /// <summary>What depends on the container: <c>MARATHON_*</c> and labels.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="container">The container.</param>
    /// <param name="enforceRole">The pod's group enforces its role.</param>
    public static IEnumerable<KeyValuePair<string, string>> OfContainer(AppTarget target, PodContainerSpec container, bool enforceRole)
    {
        yield return new("MARATHON_APP_ID", target.Spec.Id);
        yield return new("MARATHON_APP_VERSION", target.Version);
        yield return new("MARATHON_CONTAINER_ID", container.Name);
        yield return new("MARATHON_APP_ENFORCE_GROUP_ROLE", enforceRole ? "TRUE" : "FALSE");
        yield return new("MARATHON_CONTAINER_RESOURCE_CPUS", TaskEnvironment.Decimal(container.Cpus));
        yield return new("MARATHON_CONTAINER_RESOURCE_MEM", TaskEnvironment.Decimal(container.Mem));
        yield return new("MARATHON_CONTAINER_RESOURCE_DISK", TaskEnvironment.Decimal(container.Disk));
        yield return new("MARATHON_CONTAINER_RESOURCE_GPUS", Text(container.Gpus));
        foreach (var variable in TaskEnvironment.OfLabels(PodTemplate.LabelsOf(target.Spec, container)))
            yield return variable;
    }

    /// <summary>The id of an instance's executor, as Marathon builds it: <c>instance-shop_web.UUID</c>.</summary>
    public static string ExecutorId(string instanceId) => "instance-" + instanceId.Replace(".instance-", ".", StringComparison.Ordinal);

    /// <summary>The containers use the agent's own network.</summary>
    public static bool IsHostNetwork(AppSpec spec) => spec.Networks.IsEmpty || spec.Networks.Any(network => network.Mode == NetworkMode.Host);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Every run of other characters becomes one underscore.
    private static string Escape(string name)
    {
        var text = new StringBuilder(name.Length);
        var replaced = false;
        foreach (var c in name)
        {
            var known = char.IsAsciiLetterOrDigit(c) || c == '_';
            if (known)
                text.Append(char.ToUpperInvariant(c));
            else if (!replaced)
                text.Append('_');
            replaced = !known;
        }
        return text.ToString();
    }
}
