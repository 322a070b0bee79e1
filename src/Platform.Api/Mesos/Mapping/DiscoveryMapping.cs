using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Registry;

namespace Platform.Api.Mesos.Mapping;

/// <summary>How tasks of schedulers want to be found.</summary>
/// <remarks>The rules are those of Mesos-DNS: every task has an address under its name, a DiscoveryInfo without a name is none, and a port that it does not tell of is found below <c>.slave</c> alone.</remarks>
internal static class DiscoveryMapping
{
    /// <summary>What the registry is told of a task.</summary>
    public static FrameworkDiscovery Read(Wire.TaskInfo task, Resources resources)
    {
        var info = task.Discovery is { Name.Length: > 0 } named ? named : null;
        var held = resources.Ports.Numbers().Select(number => (int)number).ToList();
        var told = info?.Ports?.Ports_.DistinctBy(port => (port.Number, port.Protocol, port.Name)).ToList() ?? [];
        var numbers = told.Select(port => (int)port.Number).ToHashSet();
        return new()
        {
            Name = task.Name,
            DiscoveryName = info?.Name,
            Ports = told.Select(port => Port(port, held.Contains((int)port.Number)))
                .Concat(held.Where(number => !numbers.Contains(number)).Select(number => new EndpointPort { HostPort = number, IsHidden = info is not null })).ToValueList(),
            Labels = (info?.Labels?.Labels_ ?? []).Concat(task.Labels?.Labels_ ?? []).Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueMap(),
            HasHealthCheck = task.HealthCheck is not null,
            HasOwnNetwork = task.Container is { } container && (container.Docker is { Network: Wire.ContainerInfo.Types.DockerInfo.Types.Network.Bridge or Wire.ContainerInfo.Types.DockerInfo.Types.Network.User }
                || container.NetworkInfos.Any(network => network.HasName)),
        };
    }

    private static EndpointPort Port(Wire.Port port, bool isHeld) => new()
    {
        Name = port.HasName ? port.Name : null,
        // Without one it is both.
        Protocol = port.HasProtocol ? port.Protocol : "",
        HostPort = isHeld ? (int)port.Number : 0,
        ContainerPort = isHeld ? 0 : (int)port.Number,
        Labels = port.Labels?.Labels_.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueMap() ?? default,
    };
}
