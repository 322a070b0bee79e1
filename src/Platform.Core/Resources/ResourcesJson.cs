using System.Collections.Immutable;
using System.Text.Json;

namespace Platform.Core;

/// <summary>Reads and writes Mesos' JSON form of resources: an array of objects with name, type, value and the rest.</summary>
internal static class ResourcesJson
{
    /// <summary>Reads an array of resources; whatever is wrong is added to the problems, and the rest is read all the same.</summary>
    internal static void Read(JsonElement root, string defaultRole, List<Resource> list, List<string> problems)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            problems.Add("Resources in JSON must be an array of objects");
            return;
        }
        var index = 0;
        foreach (var element in root.EnumerateArray())
        {
            try
            {
                list.Add(ReadOne(element, defaultRole));
            }
            catch (FormatException problem)
            {
                problems.Add($"resources[{index}]: {problem.Message}");
            }
            index++;
        }
    }

    private static Resource ReadOne(JsonElement element, string defaultRole)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException("an object is needed");
        var type = Text(element, "type") switch
        {
            "SCALAR" => ResourceType.Scalar,
            "RANGES" => ResourceType.Ranges,
            "SET" => ResourceType.Set,
            null => throw new FormatException("'type' is missing"),
            var other => throw new FormatException($"unknown type '{other}'; SCALAR, RANGES and SET are known"),
        };
        var name = Text(element, "name") ?? throw new FormatException("'name' is missing");
        if (name.Length == 0)
            throw new FormatException("Empty resource name");
        var resource = new Resource
        {
            Name = name,
            Type = type,
            Milli = type == ResourceType.Scalar ? ReadScalar(element) : 0,
            Ranges = type == ResourceType.Ranges ? ReadRanges(element) : ValueRanges.Empty,
            Items = type == ResourceType.Set ? ReadItems(element) : [],
            Reservations = ReadReservations(element, defaultRole),
            AllocationRole = element.TryGetProperty("allocation_info", out var allocation) ? Text(allocation, "role") : null,
            Disk = element.TryGetProperty("disk", out var disk) ? ReadDisk(disk) : null,
            Revocable = element.TryGetProperty("revocable", out _),
            Shared = element.TryGetProperty("shared", out _),
            ProviderId = element.TryGetProperty("provider_id", out var provider) ? Text(provider, "value") : null,
        };
        return resource.Validate() is { } problem ? throw new FormatException(problem) : resource;
    }

    private static long ReadScalar(JsonElement element)
    {
        if (!element.TryGetProperty("scalar", out var scalar) || scalar.ValueKind != JsonValueKind.Object
            || !scalar.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.Number)
        {
            throw new FormatException("'scalar.value' must be a number");
        }
        var number = value.GetDouble();
        return number is >= 0 and < 9e15 ? ScalarValue.From(number).Milli : throw new FormatException("Invalid scalar resource: value < 0 or too large");
    }

    private static ValueRanges ReadRanges(JsonElement element)
    {
        if (!element.TryGetProperty("ranges", out var ranges) || ranges.ValueKind != JsonValueKind.Object)
            throw new FormatException("'ranges' is missing");
        var list = new List<ValueRange>();
        if (ranges.TryGetProperty("range", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in items.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("begin", out var begin) || !item.TryGetProperty("end", out var end)
                    || begin.ValueKind != JsonValueKind.Number || end.ValueKind != JsonValueKind.Number
                    || !begin.TryGetInt64(out var first) || !end.TryGetInt64(out var last) || first < 0)
                {
                    throw new FormatException("a range needs 'begin' and 'end' as whole numbers");
                }
                if (first > last)
                    throw new FormatException("Invalid ranges resource: begin > end");
                if (list.Any(other => other.Begin <= last && first <= other.End))
                    throw new FormatException("Invalid ranges resource: overlapping ranges");
                list.Add(new(first, last));
            }
        }
        return ValueRanges.Of(list);
    }

    private static ImmutableArray<string> ReadItems(JsonElement element)
    {
        if (!element.TryGetProperty("set", out var set) || set.ValueKind != JsonValueKind.Object)
            throw new FormatException("'set' is missing");
        if (!set.TryGetProperty("item", out var items) || items.ValueKind != JsonValueKind.Array)
            return [];
        return [.. items.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.String ? item.GetString()! : throw new FormatException("the items of a set are texts"))];
    }

    private static ImmutableArray<Reservation> ReadReservations(JsonElement element, string defaultRole)
    {
        if (element.TryGetProperty("reservations", out var stack) && stack.ValueKind == JsonValueKind.Array && stack.GetArrayLength() > 0)
            return [.. stack.EnumerateArray().Select(level => ReadReservation(level, null))];
        // The form before reservation refinement: one role, and 'reservation' only when it was made at run time.
        var role = Text(element, "role") ?? defaultRole;
        if (element.TryGetProperty("reservation", out var single) && single.ValueKind == JsonValueKind.Object)
            return [ReadReservation(single, role)];
        return role == "*" ? [] : [new(ReservationType.Static, role)];
    }

    private static Reservation ReadReservation(JsonElement level, string? role)
    {
        var type = role is not null ? ReservationType.Dynamic : Text(level, "type") switch
        {
            "STATIC" => ReservationType.Static,
            "DYNAMIC" => ReservationType.Dynamic,
            _ => throw new FormatException("the type of a reservation is STATIC or DYNAMIC"),
        };
        role ??= Text(level, "role") ?? throw new FormatException("a reservation needs a role");
        var labels = ImmutableArray<ResourceLabel>.Empty;
        if (level.TryGetProperty("labels", out var outer) && outer.ValueKind == JsonValueKind.Object
            && outer.TryGetProperty("labels", out var inner) && inner.ValueKind == JsonValueKind.Array)
        {
            labels = [.. inner.EnumerateArray().Select(label => new ResourceLabel(Text(label, "key") ?? "", Text(label, "value")))];
        }
        return new(type, role, Text(level, "principal")) { Labels = labels };
    }

    private static Disk ReadDisk(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException("'disk' must be an object");
        var hasPersistence = element.TryGetProperty("persistence", out var persistence);
        return new()
        {
            Source = element.TryGetProperty("source", out var source) ? ReadSource(source) : null,
            PersistenceId = hasPersistence ? Text(persistence, "id") ?? throw new FormatException("'disk.persistence.id' is missing") : null,
            PersistencePrincipal = hasPersistence ? Text(persistence, "principal") : null,
            Volume = element.TryGetProperty("volume", out var volume)
                ? new(Text(volume, "container_path") ?? throw new FormatException("'disk.volume.container_path' is missing"),
                    Text(volume, "host_path"), Text(volume, "mode"))
                : null,
        };
    }

    private static DiskSource ReadSource(JsonElement source)
    {
        var type = Text(source, "type");
        var kind = type switch
        {
            "PATH" => DiskSourceType.Path,
            "MOUNT" => DiskSourceType.Mount,
            "BLOCK" => DiskSourceType.Block,
            "RAW" => DiskSourceType.Raw,
            _ => throw new FormatException($"unknown disk source '{type}'; PATH, MOUNT, BLOCK and RAW are known"),
        };
        string? root = null;
        foreach (var key in new[] { "path", "mount" })
        {
            if (source.TryGetProperty(key, out var place))
                root = Text(place, "root");
        }
        return new(kind, root, Text(source, "id"), Text(source, "profile"));
    }

    private static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"an object with '{name}' is needed");
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new FormatException($"'{name}' must be a text");
    }

    internal static void Write(Utf8JsonWriter writer, Resources resources)
    {
        writer.WriteStartArray();
        foreach (var resource in resources.Items)
        {
            for (var copy = 0; copy < resource.Copies; copy++)
                WriteOne(writer, resource);
        }
        writer.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter writer, Resource resource)
    {
        writer.WriteStartObject();
        writer.WriteString("name", resource.Name);
        WriteAmount(writer, resource);
        if (resource.IsReserved)
        {
            writer.WriteStartArray("reservations");
            foreach (var reservation in resource.Reservations)
                WriteReservation(writer, reservation);
            writer.WriteEndArray();
        }
        if (resource.AllocationRole is not null)
        {
            writer.WriteStartObject("allocation_info");
            writer.WriteString("role", resource.AllocationRole);
            writer.WriteEndObject();
        }
        if (resource.Disk is not null)
            WriteDisk(writer, resource.Disk);
        if (resource.Revocable)
            WriteEmpty(writer, "revocable");
        if (resource.Shared)
            WriteEmpty(writer, "shared");
        if (resource.ProviderId is not null)
        {
            writer.WriteStartObject("provider_id");
            writer.WriteString("value", resource.ProviderId);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteAmount(Utf8JsonWriter writer, Resource resource)
    {
        writer.WriteString("type", resource.Type.ToString().ToUpperInvariant());
        switch (resource.Type)
        {
            case ResourceType.Scalar:
                writer.WriteStartObject("scalar");
                writer.WritePropertyName("value");
                writer.WriteRawValue(ScalarValue.Format(resource.Milli));
                writer.WriteEndObject();
                break;
            case ResourceType.Ranges:
                writer.WriteStartObject("ranges");
                writer.WriteStartArray("range");
                foreach (var range in resource.Ranges.Items)
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("begin", range.Begin);
                    writer.WriteNumber("end", range.End);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStartObject("set");
                writer.WriteStartArray("item");
                foreach (var item in resource.Items)
                    writer.WriteStringValue(item);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteReservation(Utf8JsonWriter writer, Reservation reservation)
    {
        writer.WriteStartObject();
        writer.WriteString("type", reservation.Type.ToString().ToUpperInvariant());
        writer.WriteString("role", reservation.Role);
        if (reservation.Principal is not null)
            writer.WriteString("principal", reservation.Principal);
        if (reservation.Labels.Length > 0)
        {
            writer.WriteStartObject("labels");
            writer.WriteStartArray("labels");
            foreach (var label in reservation.Labels)
            {
                writer.WriteStartObject();
                writer.WriteString("key", label.Key);
                if (label.Value is not null)
                    writer.WriteString("value", label.Value);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteDisk(Utf8JsonWriter writer, Disk disk)
    {
        writer.WriteStartObject("disk");
        if (disk.PersistenceId is not null)
        {
            writer.WriteStartObject("persistence");
            writer.WriteString("id", disk.PersistenceId);
            if (disk.PersistencePrincipal is not null)
                writer.WriteString("principal", disk.PersistencePrincipal);
            writer.WriteEndObject();
        }
        if (disk.Volume is not null)
        {
            writer.WriteStartObject("volume");
            writer.WriteString("container_path", disk.Volume.ContainerPath);
            if (disk.Volume.HostPath is not null)
                writer.WriteString("host_path", disk.Volume.HostPath);
            if (disk.Volume.Mode is not null)
                writer.WriteString("mode", disk.Volume.Mode);
            writer.WriteEndObject();
        }
        if (disk.Source is not null)
        {
            writer.WriteStartObject("source");
            writer.WriteString("type", disk.Source.Type.ToString().ToUpperInvariant());
            if (disk.Source.Root is not null)
            {
                writer.WriteStartObject(disk.Source.Type == DiskSourceType.Mount ? "mount" : "path");
                writer.WriteString("root", disk.Source.Root);
                writer.WriteEndObject();
            }
            if (disk.Source.Id is not null)
                writer.WriteString("id", disk.Source.Id);
            if (disk.Source.Profile is not null)
                writer.WriteString("profile", disk.Source.Profile);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteEmpty(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteEndObject();
    }
}
