using System.Net;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Core.Registry;

/// <summary>The endpoints of tasks of frameworks: those with a DiscoveryInfo or with ports.</summary>
public static class FrameworkEndpoints
{
    /// <summary>The service that a task belongs to, such as <c>broker.kafka</c>; null: nobody is to find it.</summary>
    /// <param name="framework">The framework's name.</param>
    /// <param name="discovery">How the task wants to be found.</param>
    public static string? ServiceOf(string framework, FrameworkDiscovery? discovery)
    {
        if (discovery is null)
            return null;
        var (name, below) = (discovery.DiscoveryName ?? discovery.Name, DnsLabels.Fragment(framework));
        return name.Length == 0 || below.Length == 0 ? null : $"{name}.{below}";
    }

    /// <summary>The endpoint of a task; null: it does not run.</summary>
    /// <param name="framework">The framework's name.</param>
    /// <param name="task">The task.</param>
    /// <param name="owner">Who tells of it: the framework's owner text.</param>
    public static ServiceEndpoint? Of(string framework, FrameworkTaskState task, string owner)
    {
        if (task is not { State: TaskState.Running, Discovery: { } discovery })
            return null;
        var status = task.Statuses.IsEmpty ? null : task.Statuses[^1].Status;
        var reported = status?.IpAddresses ?? default;
        return new()
        {
            Id = task.TaskId,
            Framework = framework,
            Name = discovery.Name,
            DiscoveryName = discovery.DiscoveryName,
            AgentId = task.AgentId,
            AgentAddresses = IPAddress.TryParse(discovery.Host, out _) || discovery.HasOwnNetwork || reported.IsEmpty ? [discovery.Host] : reported,
            Addresses = discovery.HasOwnNetwork ? reported : default,
            Ports = discovery.Ports,
            State = task.IsKilled ? EndpointState.Draining
                : status?.Healthy ?? !discovery.HasHealthCheck ? EndpointState.Ready
                : EndpointState.Waiting,
            Labels = discovery.Labels,
            Owner = owner,
        };
    }

    /// <summary>How long a task goes on after nobody is sent to it any more, before it is told to stop.</summary>
    public static TimeSpan DrainTime(FrameworkDiscovery discovery) => DrainTimes.Of(discovery.Labels, discovery.Ports.Select(port => port.Labels));
}
