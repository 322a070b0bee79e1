using Google.Protobuf;
using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Offers, and what schedulers do with them.</summary>
internal static class OfferMapping
{
    public static Wire.Offer ToWire(Offer offer)
    {
        var wire = new Wire.Offer
        {
            Id = new() { Value = offer.Id },
            FrameworkId = FrameworkId(offer.FrameworkId),
            AgentId = new() { Value = offer.AgentId },
            Hostname = offer.Hostname,
            AllocationInfo = new() { Role = offer.Role },
            Url = new() { Scheme = "http", Address = new() { Hostname = offer.Hostname, Port = AgentMapping.Port }, Path = $"/{AgentMapping.Process}" },
        };
        ResourceMapping.Write(offer.Resources, wire.Resources);
        wire.Attributes.Add(offer.Attributes.Select(ResourceMapping.ToWire));
        if (offer.FaultDomain is { } domain)
            wire.Domain = AgentMapping.Domain(domain.Region, domain.Zone);
        if (offer.Unavailability is { } window)
            wire.Unavailability = Unavailability(window);
        return wire;
    }

    public static Wire.InverseOffer ToWire(InverseOffer offer) => new()
    {
        Id = new() { Value = offer.Id },
        FrameworkId = FrameworkId(offer.FrameworkId),
        AgentId = new() { Value = offer.AgentId },
        Unavailability = Unavailability(offer.Unavailability),
    };

    public static Wire.Unavailability Unavailability(MaintenanceWindow window)
    {
        var wire = new Wire.Unavailability { Start = StatusMapping.Time(window.Start) };
        if (window.Duration is { } duration)
            wire.Duration = new() { Nanoseconds = duration.Ticks * 100 };
        return wire;
    }

    /// <summary>Reads an operation of an acceptance.</summary>
    public static IEnumerable<FrameworkOperation> Read(Wire.Offer.Types.Operation operation) =>
        operation.Type != Wire.Offer.Types.Operation.Types.Type.Launch ? [ReadOther(operation) with { Definition = operation.Id is null ? [] : operation.ToByteArray() }]
        : TaskMapping.ReadTasks(operation.Launch?.TaskInfos.ToList() ?? []).Select(launch => operation.Id is null ? launch : Refused(launch, "LAUNCH"));

    // Their outcome is told by that of their tasks.
    private static FrameworkOperation Refused(FrameworkOperation launch, string type) =>
        launch with { Launches = [.. launch.Launches.Select(task => task with { Problem = $"The `id` field cannot be set on {type} operations" })] };

    private static FrameworkOperation ReadOther(Wire.Offer.Types.Operation operation)
    {
        var id = operation.Id?.Value;
        switch (operation.Type)
        {
            case Wire.Offer.Types.Operation.Types.Type.LaunchGroup when operation.LaunchGroup is { } group:
                var launch = new FrameworkOperation { Launches = [.. TaskMapping.ReadGroup(group)], IsGroup = true };
                return id is null ? launch : Refused(launch, "LAUNCH_GROUP");
            case Wire.Offer.Types.Operation.Types.Type.Reserve when operation.Reserve is { } reserve:
                return Of(id, OfferOperationKind.Reserve, reserve.Resources, reserve.Source);
            case Wire.Offer.Types.Operation.Types.Type.Unreserve when operation.Unreserve is { } unreserve:
                return Of(id, OfferOperationKind.Unreserve, unreserve.Resources);
            case Wire.Offer.Types.Operation.Types.Type.Create when operation.Create is { } create:
                return Of(id, OfferOperationKind.Create, create.Volumes);
            case Wire.Offer.Types.Operation.Types.Type.Destroy when operation.Destroy is { } destroy:
                return Of(id, OfferOperationKind.Destroy, destroy.Volumes);
            case Wire.Offer.Types.Operation.Types.Type.GrowVolume when operation.GrowVolume is { } grow:
                return Of(id, OfferOperationKind.Grow, [grow.Volume], [grow.Addition]);
            case Wire.Offer.Types.Operation.Types.Type.ShrinkVolume when operation.ShrinkVolume is { } shrink:
                var shrunk = Of(id, OfferOperationKind.Shrink, [shrink.Volume]);
                return shrunk with { Operation = shrunk.Operation! with { Subtract = Core.ScalarValue.From(shrink.Subtract.Value) } };
            case Wire.Offer.Types.Operation.Types.Type.CreateDisk or Wire.Offer.Types.Operation.Types.Type.DestroyDisk:
                return new() { OperationId = id, Problem = "No agent here has a storage resource provider" };
            default:
                return new() { OperationId = id, Problem = $"The operation of type {operation.Type.ToString().ToUpperInvariant()} is not complete or not known" };
        }
    }

    private static FrameworkOperation Of(string? id, OfferOperationKind kind, IEnumerable<Wire.Resource> resources, IEnumerable<Wire.Resource>? source = null)
    {
        var main = ResourceMapping.Read(resources, out var problem);
        string? other = null;
        var from = source is null ? Core.Resources.Empty : ResourceMapping.Read(source, out other);
        return new() { OperationId = id, Problem = problem ?? other, Operation = new(kind, main) { Source = from } };
    }

    // In the allocator a framework has the name under which it owns tasks.
    private static Wire.FrameworkID FrameworkId(string owner) => new() { Value = FrameworkOwner.IdOf(owner) ?? owner };
}
