using Google.Protobuf.Collections;
using Platform.Core;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Resources and attributes between Mesos' messages and the cluster's own.</summary>
internal static class ResourceMapping
{
    /// <summary>As messages, with the older fields (role, reservation) beside the newer ones where both can say it.</summary>
    public static void Write(Resources resources, RepeatedField<Wire.Resource> to)
    {
        foreach (var resource in resources)
            to.Add(ToWire(resource));
    }

    public static Wire.Resource ToWire(Resource resource)
    {
        var wire = new Wire.Resource { Name = resource.Name, Type = (Wire.Value.Types.Type)(int)resource.Type };
        switch (resource.Type)
        {
            case ResourceType.Scalar:
                wire.Scalar = Scalar(resource.Milli);
                break;
            case ResourceType.Ranges:
                wire.Ranges = Ranges(resource.Ranges);
                break;
            default:
                wire.Set = new() { Item = { resource.Items } };
                break;
        }
        if (resource.AllocationRole is { } role)
            wire.AllocationInfo = new() { Role = role };
        foreach (var reservation in resource.Reservations)
            wire.Reservations.Add(ToWire(reservation));
        // Clients from before refined reservations read these.
        wire.Role = resource.Reservations.Length == 1 ? resource.Reservations[0].Role : "*";
        if (resource.Reservations is [{ Type: ReservationType.Dynamic }])
        {
            wire.Reservation = ToWire(resource.Reservations[0]);
            wire.Reservation.ClearRole();
            wire.Reservation.ClearType();
        }
        if (resource.Disk is { } disk)
            wire.Disk = ToWire(disk);
        if (resource.Revocable)
            wire.Revocable = new();
        if (resource.Shared)
            wire.Shared = new();
        if (resource.ProviderId is { } provider)
            wire.ProviderId = new() { Value = provider };
        return wire;
    }

    /// <summary>Reads resources.</summary>
    /// <param name="wire">The messages.</param>
    /// <param name="problem">The first problem; null: there is none.</param>
    public static Resources Read(IEnumerable<Wire.Resource> wire, out string? problem)
    {
        problem = null;
        var resources = new List<Resource>();
        foreach (var item in wire)
        {
            if (!HasValue(item))
                problem ??= $"Invalid resource '{item.Name}': no value of its type {item.Type.ToString().ToUpperInvariant()}";
            var resource = Read(item);
            problem ??= resource.Validate();
            resources.Add(resource);
        }
        return Resources.Of(resources);
    }

    private static bool HasValue(Wire.Resource item) => item.Type switch
    {
        Wire.Value.Types.Type.Scalar => item.Scalar is not null && double.IsFinite(item.Scalar.Value),
        Wire.Value.Types.Type.Ranges => item.Ranges is not null && item.Ranges.Range.All(range => range.Begin <= range.End && range.End <= long.MaxValue),
        Wire.Value.Types.Type.Set => item.Set is not null,
        _ => false,
    };

    private static Resource Read(Wire.Resource wire)
    {
        var reservations = wire.Reservations.Select(Read).ToList();
        // The form from before refined reservations.
        if (reservations.Count == 0 && wire.HasRole && wire.Role != "*")
        {
            reservations.Add(wire.Reservation is { } dynamic
                ? Read(dynamic) with { Type = ReservationType.Dynamic, Role = wire.Role }
                : new(ReservationType.Static, wire.Role));
        }
        return new()
        {
            Name = wire.Name,
            Type = (ResourceType)(int)wire.Type,
            Milli = wire.Scalar is { } scalar && double.IsFinite(scalar.Value) ? ScalarValue.From(scalar.Value).Milli : 0,
            Ranges = wire.Ranges is { } ranges ? ReadRanges(ranges) : ValueRanges.Empty,
            Items = wire.Set is { } set ? [.. set.Item] : [],
            Reservations = [.. reservations],
            AllocationRole = wire.AllocationInfo is { HasRole: true } allocation ? allocation.Role : null,
            Disk = wire.Disk is { } disk ? Read(disk) : null,
            Revocable = wire.Revocable is not null,
            Shared = wire.Shared is not null,
            ProviderId = wire.ProviderId?.Value,
        };
    }

    private static ValueRanges ReadRanges(Wire.Value.Types.Ranges ranges) =>
        ValueRanges.Of(ranges.Range.Where(range => range.Begin <= range.End && range.End <= long.MaxValue).Select(range => new ValueRange((long)range.Begin, (long)range.End)));

    private static Reservation Read(Wire.Resource.Types.ReservationInfo wire) =>
        new(wire.Type == Wire.Resource.Types.ReservationInfo.Types.Type.Static ? ReservationType.Static : ReservationType.Dynamic, wire.Role, wire.HasPrincipal ? wire.Principal : null)
        {
            Labels = wire.Labels is null ? [] : [.. wire.Labels.Labels_.Select(label => new ResourceLabel(label.Key, label.HasValue ? label.Value : null))],
        };

    private static Wire.Resource.Types.ReservationInfo ToWire(Reservation reservation)
    {
        var wire = new Wire.Resource.Types.ReservationInfo
        {
            Type = reservation.Type == ReservationType.Static ? Wire.Resource.Types.ReservationInfo.Types.Type.Static : Wire.Resource.Types.ReservationInfo.Types.Type.Dynamic,
            Role = reservation.Role,
        };
        if (reservation.Principal is { } principal)
            wire.Principal = principal;
        if (reservation.Labels.Length > 0)
            wire.Labels = Labels(reservation.Labels.Select(label => KeyValuePair.Create(label.Key, label.Value)));
        return wire;
    }

    private static Disk Read(Wire.Resource.Types.DiskInfo wire) => new()
    {
        Source = wire.Source is not { } source ? null : new(
            (DiskSourceType)((int)source.Type - 1),
            source.Path?.Root is { Length: > 0 } path ? path : source.Mount?.Root is { Length: > 0 } mount ? mount : null,
            source.HasId ? source.Id : null,
            source.HasProfile ? source.Profile : null),
        PersistenceId = wire.Persistence?.Id,
        PersistencePrincipal = wire.Persistence is { HasPrincipal: true } persistence ? persistence.Principal : null,
        Volume = wire.Volume is not { } volume ? null
            : new(volume.ContainerPath, volume.HasHostPath ? volume.HostPath : null, volume.HasMode ? volume.Mode.ToString().ToUpperInvariant() : null),
    };

    private static Wire.Resource.Types.DiskInfo ToWire(Disk disk)
    {
        var wire = new Wire.Resource.Types.DiskInfo();
        if (disk.Source is { } source)
        {
            wire.Source = new() { Type = (Wire.Resource.Types.DiskInfo.Types.Source.Types.Type)((int)source.Type + 1) };
            if (source.Type == DiskSourceType.Path && source.Root is { } path)
                wire.Source.Path = new() { Root = path };
            if (source.Type == DiskSourceType.Mount && source.Root is { } mount)
                wire.Source.Mount = new() { Root = mount };
            if (source.Id is { } id)
                wire.Source.Id = id;
            if (source.Profile is { } profile)
                wire.Source.Profile = profile;
        }
        if (disk.PersistenceId is { } persistence)
        {
            wire.Persistence = new() { Id = persistence };
            if (disk.PersistencePrincipal is { } principal)
                wire.Persistence.Principal = principal;
        }
        if (disk.Volume is { } volume)
        {
            wire.Volume = new() { ContainerPath = volume.ContainerPath, Mode = volume.Mode == "RO" ? Wire.Volume.Types.Mode.Ro : Wire.Volume.Types.Mode.Rw };
            if (volume.HostPath is { } host)
                wire.Volume.HostPath = host;
        }
        return wire;
    }

    public static Wire.Value.Types.Scalar Scalar(long milli) => new() { Value = milli / 1000d };

    public static Wire.Value.Types.Ranges Ranges(ValueRanges ranges) => new()
    {
        Range = { ranges.Items.Select(range => new Wire.Value.Types.Range { Begin = (ulong)range.Begin, End = (ulong)range.End }) },
    };

    public static Wire.Attribute ToWire(AgentAttribute attribute)
    {
        var wire = new Wire.Attribute { Name = attribute.Name, Type = (Wire.Value.Types.Type)(int)attribute.Type };
        switch (attribute.Type)
        {
            case ResourceType.Scalar:
                wire.Scalar = Scalar(attribute.Milli);
                break;
            case ResourceType.Ranges:
                wire.Ranges = Ranges(attribute.Ranges);
                break;
            case ResourceType.Set:
                wire.Set = new() { Item = { attribute.Items } };
                break;
            default:
                wire.Text = new() { Value = attribute.Text };
                break;
        }
        return wire;
    }

    public static Wire.Labels Labels(IEnumerable<KeyValuePair<string, string?>> labels)
    {
        var wire = new Wire.Labels();
        foreach (var (key, value) in labels)
        {
            var label = new Wire.Label { Key = key };
            if (value is not null)
                label.Value = value;
            wire.Labels_.Add(label);
        }
        return wire;
    }
}
