using Platform.Contracts.Agents;
using Platform.Core;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Agents in Mesos' words.</summary>
internal static class AgentMapping
{
    /// <summary>The port that agents are said to have unless they listen on one: clients find their files and statistics through the control plane.</summary>
    public const int Port = 5051;

    /// <summary>The name of an agent's process, as in <c>slave(1)@10.0.0.1:5051</c>.</summary>
    public const string Process = "slave(1)";

    /// <summary>The version of Mesos whose API is spoken.</summary>
    public const string MesosVersion = "1.11.0";

    /// <summary>What agents here are capable of.</summary>
    public static readonly IReadOnlyList<Wire.AgentInfo.Types.Capability.Types.Type> Capabilities =
    [
        Wire.AgentInfo.Types.Capability.Types.Type.AgentDraining, Wire.AgentInfo.Types.Capability.Types.Type.AgentOperationFeedback,
        Wire.AgentInfo.Types.Capability.Types.Type.HierarchicalRole, Wire.AgentInfo.Types.Capability.Types.Type.MultiRole,
        Wire.AgentInfo.Types.Capability.Types.Type.ReservationRefinement, Wire.AgentInfo.Types.Capability.Types.Type.ResizeVolume,
        Wire.AgentInfo.Types.Capability.Types.Type.TaskResourceLimits,
    ];

    public static Wire.AgentInfo ToWire(AgentStatus agent)
    {
        var registration = agent.Registration;
        var info = new Wire.AgentInfo
        {
            Hostname = registration.Hostname,
            Port = PortOf(agent),
            Id = new() { Value = registration.AgentId },
        };
        ResourceMapping.Write(registration.Resources, info.Resources);
        if (Attributes.TryParse(registration.Attributes, out var attributes, out _))
            info.Attributes.Add(attributes.Select(ResourceMapping.ToWire));
        if (registration.Region is { } region)
            info.Domain = Domain(region, registration.Zone ?? "");
        return info;
    }

    public static Wire.DomainInfo Domain(string region, string zone) =>
        new() { FaultDomain = new() { Region = new() { Name = region }, Zone = new() { Name = zone } } };

    /// <summary>Where an agent is found at its own address, or would be.</summary>
    public static int PortOf(AgentStatus agent) => agent.Registration.HttpPort > 0 ? agent.Registration.HttpPort : Port;

    /// <summary>The address of an agent's process.</summary>
    public static string Pid(AgentStatus agent) => $"{Process}@{agent.Registration.Address}:{PortOf(agent)}";
}
