using System.Text.Json.Serialization;
using Platform.Core.Collections;
using Platform.Core.Ingress;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>All services.</summary>
internal sealed record ServiceListView(long Index, IReadOnlyList<ServiceSummaryView> Services);

/// <summary>One service in a list.</summary>
internal sealed record ServiceSummaryView(string Name, long Index, int Endpoints, int Ready, int Draining)
{
    internal static ServiceSummaryView Of(ServiceSnapshot service) => new(
        service.Name, service.Index, service.Endpoints.Count,
        service.Endpoints.Count(endpoint => endpoint.State == EndpointState.Ready), service.Endpoints.Count(endpoint => endpoint.State == EndpointState.Draining));
}

/// <summary>One service with its endpoints.</summary>
internal sealed record ServiceView(string Name, long Index, IReadOnlyList<EndpointView> Endpoints, IReadOnlyList<string> Dns, IReadOnlyList<VirtualAddressView> VirtualAddresses, IReadOnlyList<string> Problems)
{
    internal static ServiceView Of(string name, ServiceSnapshot? service, long index, ServiceZone zone)
    {
        IReadOnlyList<ServiceEndpoint> endpoints = service?.Endpoints ?? default;
        var problems = new List<string>();
        var named = zone.NamedAddresses;
        var addresses = endpoints.SelectMany(endpoint => endpoint.Ports.SelectMany(port => Core.Registry.VirtualAddresses.Of(port, endpoint.Framework, problems))).Distinct()
            .Select(address => new VirtualAddressView(address.ToString(), address.Protocol, address.Name is null ? address.Ip!.ToString() : named.GetValueOrDefault(address.Name)?.ToString(), address.Port)).ToList();
        // Those of the newest version: what an older one says goes with its instances.
        if (endpoints.MaxBy(endpoint => endpoint.Version, StringComparer.Ordinal) is { } newest)
            problems.AddRange(IngressLabels.Problems(newest.Labels, newest.Ports));
        return new(
            name, service?.Index ?? index, [.. endpoints.Select(EndpointView.Of)],
            [.. endpoints.SelectMany(zone.Names.BasesOf).Distinct().Select(known => $"{known}.{zone.Names.Domain}")], addresses, [.. problems.Distinct()]);
    }
}

/// <summary>A virtual address of a service.</summary>
/// <param name="Name">The name or address, and the port, as they are asked for.</param>
/// <param name="Protocol">tcp or udp.</param>
/// <param name="Address">The address behind it on this machine.</param>
/// <param name="Port">The port.</param>
internal sealed record VirtualAddressView(string Name, string Protocol, string? Address, int Port);

/// <summary>One endpoint.</summary>
internal sealed record EndpointView
{
    public required string Id { get; init; }

    public EndpointState State { get; init; }

    public int Weight { get; init; }

    /// <summary>Null: it was registered from outside.</summary>
    public string? Owner { get; init; }

    public string? Version { get; init; }

    public string? AgentId { get; init; }

    public IReadOnlyList<string> Addresses { get; init; } = [];

    public IReadOnlyList<string> AgentAddresses { get; init; } = [];

    public IReadOnlyList<PortView> Ports { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public string? Problem { get; init; }

    /// <summary>What balancers alone are told: labels hold logins.</summary>
    public string? Framework { get; init; }

    /// <summary>The names that those of DNS are made from.</summary>
    public string? Name { get; init; }

    public string? DiscoveryName { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public double? Share { get; init; }

    /// <summary>With all that a balancer goes by.</summary>
    internal static EndpointView WholeOf(ServiceEndpoint endpoint) => WithLabels(endpoint, static _ => true, static _ => true);

    /// <summary>With what the balancer of virtual addresses and DNS go by: logins in other labels are none of an agent's business.</summary>
    internal static EndpointView ForAgents(ServiceEndpoint endpoint) =>
        WithLabels(endpoint, label => endpoint.Owner.Length == 0 || ServiceZone.IsTextLabel(label) || IngressLabels.IsWakeLabel(label), VirtualServices.IsLabel);

    private static EndpointView WithLabels(ServiceEndpoint endpoint, Func<string, bool> isForTasks, Func<string, bool> isForPorts) => Of(endpoint) with
    {
        Framework = endpoint.Framework,
        Name = endpoint.Name,
        DiscoveryName = endpoint.DiscoveryName,
        Labels = Some(endpoint.Labels, isForTasks),
        Share = endpoint.Share,
        Ports = [.. endpoint.Ports.Select(port => PortView.Of(port) with { Labels = Some(port.Labels, isForPorts), Hidden = port.IsHidden ? true : null })],
    };

    private static Dictionary<string, string>? Some(ValueMap<string> labels, Func<string, bool> isWanted) =>
        labels.Where(label => isWanted(label.Key)).ToDictionary() is { Count: > 0 } some ? some : null;

    internal static EndpointView Of(ServiceEndpoint endpoint) => new()
    {
        Id = endpoint.Id,
        State = endpoint.State,
        Problem = endpoint.Problem,
        Weight = endpoint.Weight,
        Owner = endpoint.Owner.Length == 0 ? null : endpoint.Owner,
        Version = endpoint.Version,
        AgentId = endpoint.AgentId.Length == 0 ? null : endpoint.AgentId,
        Addresses = [.. endpoint.TaskAddresses],
        AgentAddresses = [.. endpoint.AgentAddresses],
        Ports = [.. endpoint.Ports.Select(PortView.Of)],
        Tags = endpoint.Owner.Length == 0 && !endpoint.Labels.IsEmpty ? endpoint.Labels.ToDictionary() : null,
    };
}

/// <summary>One port of an endpoint; 0: none.</summary>
internal sealed record PortView(string? Name, string Protocol, int HostPort, int ContainerPort, int ServicePort)
{
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The task holds it, and DNS does not tell of it by name.</summary>
    public bool? Hidden { get; init; }

    internal static PortView Of(EndpointPort port) => new(port.Name, port.Protocol, port.HostPort, port.ContainerPort, port.ServicePort);
}

/// <summary>What changed, as an event.</summary>
internal sealed record ServiceChangeView(string Service, IReadOnlyList<EndpointView> Set, IReadOnlyList<string> Removed);

/// <summary>The machines that have names of their own in DNS, as an event.</summary>
internal sealed record RegistryNodesView(IReadOnlyList<string> Masters, IReadOnlyList<string> Agents);

/// <summary>What a balancer says that it has nothing under way at.</summary>
internal sealed record FreeEndpointsView(IReadOnlyList<string?>? Endpoints);

/// <summary>How these are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServiceListView))]
[JsonSerializable(typeof(ServiceView))]
[JsonSerializable(typeof(ServiceChangeView))]
[JsonSerializable(typeof(RegistryNodesView))]
[JsonSerializable(typeof(FreeEndpointsView))]
internal sealed partial class ServiceJson : JsonSerializerContext;
