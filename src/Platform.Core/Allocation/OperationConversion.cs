namespace Platform.Core.Allocation;

/// <summary>What an operation on reservations or volumes takes and what it makes of it. Rules of Mesos' validation of offer operations.</summary>
internal static class OperationConversion
{
    /// <summary>Checks an operation and tells what it converts.</summary>
    /// <param name="operation">Any operation but a launch.</param>
    /// <param name="consumed">What goes away.</param>
    /// <param name="converted">What comes instead; of the same amounts.</param>
    /// <returns>What is wrong with the operation as such; null when nothing is.</returns>
    internal static string? Of(OfferOperation operation, out Resources consumed, out Resources converted)
    {
        consumed = Resources.Empty;
        converted = Resources.Empty;
        var resources = operation.Resources.Unallocate();
        var source = operation.Source.Unallocate();
        if (resources.IsEmpty)
            return $"{operation.Kind} names no resources";
        if (resources.Concat(source).Select(resource => resource.Validate()).FirstOrDefault(text => text is not null) is { } invalid)
            return invalid;
        switch (operation.Kind)
        {
            case OfferOperationKind.Reserve:
                (consumed, converted) = (source.IsEmpty ? resources.PopReservation() : source, resources);
                return CheckReservation(operation.Kind, resources) ?? (source.IsEmpty ? null : CheckSource(source, resources));
            case OfferOperationKind.Unreserve:
                (consumed, converted) = (resources, resources.PopReservation());
                return CheckReservation(operation.Kind, resources);
            case OfferOperationKind.Create or OfferOperationKind.Destroy:
                var disk = resources.Select(WithoutVolume);
                (consumed, converted) = operation.Kind == OfferOperationKind.Create ? (disk, resources) : (resources, disk);
                return resources.Any(resource => !resource.IsPersistentVolume || !resource.IsReserved)
                    ? $"{operation.Kind} needs persistent volumes on reserved disk"
                    : null;
            case OfferOperationKind.Grow:
                return Grow(resources, source, out consumed, out converted);
            case OfferOperationKind.Shrink:
                return Shrink(resources, operation.Subtract, out consumed, out converted);
            default:
                return $"{operation.Kind} is not an operation on reservations or volumes";
        }
    }

    private static string? CheckReservation(OfferOperationKind kind, Resources resources)
    {
        if (resources.Any(resource => !resource.IsDynamicallyReserved))
            return $"{kind} needs resources with a dynamic reservation on top";
        if (resources.Any(resource => resource.IsPersistentVolume))
            return $"{kind} cannot be done on persistent volumes; destroy them first";
        return resources.Any(resource => resource.Revocable) ? $"{kind} cannot be done on revocable resources" : null;
    }

    /// <summary>A reservation may be moved to any other stack as a whole: the same amounts, one stack on each side.</summary>
    private static string? CheckSource(Resources source, Resources target)
    {
        foreach (var (side, name) in new[] { (source, "source"), (target, "resources") })
        {
            var stack = side.Items[0].Reservations;
            if (side.Any(resource => !resource.Reservations.AsSpan().SequenceEqual(stack.AsSpan())))
                return $"Reserve needs the same reservations on all of its {name}";
        }
        if (source.Any(resource => resource.IsPersistentVolume))
            return "Reserve cannot be done on persistent volumes; destroy them first";
        return source.ToUnreserved().Equals(target.ToUnreserved())
            ? null
            : $"Reserve needs the same amounts in its source and its resources: {source.ToUnreserved()} and {target.ToUnreserved()}";
    }

    private static string? Grow(Resources volumes, Resources addition, out Resources consumed, out Resources converted)
    {
        (consumed, converted) = (Resources.Empty, Resources.Empty);
        if (CheckVolume(OfferOperationKind.Grow, volumes) is { } problem)
            return problem;
        if (addition.Count != 1)
            return "Grow needs one disk in its source, more than zero of it";
        var (volume, disk) = (volumes.Items[0], addition.Items[0]);
        // Whole disks do not merge, so that a volume on one cannot grow.
        if (!Resource.IsAddable(WithoutVolume(volume), disk))
            return $"Grow needs disk of the same kind and reservation as the volume {volume}, not {disk}";
        consumed = volumes.Plus(addition);
        converted = Resources.Of(volume with { Milli = volume.Milli + disk.Milli });
        return null;
    }

    private static string? Shrink(Resources volumes, ScalarValue subtract, out Resources consumed, out Resources converted)
    {
        (consumed, converted) = (Resources.Empty, Resources.Empty);
        if (CheckVolume(OfferOperationKind.Shrink, volumes) is { } problem)
            return problem;
        var volume = volumes.Items[0];
        if (subtract <= ScalarValue.Zero)
            return "Shrink needs an amount above zero";
        if (subtract.Milli >= volume.Milli)
            return $"Shrink takes off {subtract}, which must be less than the size of the volume, {new ScalarValue(volume.Milli)}";
        if (volume.Disk!.Source is { IsIndivisible: true })
            return "Shrink cannot be done on a disk that is given out whole";
        consumed = volumes;
        converted = Resources.Of(volume with { Milli = volume.Milli - subtract.Milli }, WithoutVolume(volume) with { Milli = subtract.Milli });
        return null;
    }

    private static string? CheckVolume(OfferOperationKind kind, Resources volumes)
    {
        if (volumes.Count != 1 || volumes.Items[0] is not { IsPersistentVolume: true, IsReserved: true } volume)
            return $"{kind} needs one persistent volume on reserved disk";
        if (volume.Shared)
            return $"{kind} cannot be done on a shared volume";
        return volume.ProviderId is null ? null : $"{kind} cannot be done on a volume of a resource provider";
    }

    private static Resource WithoutVolume(Resource resource) => resource with
    {
        Shared = false,
        Copies = 1,
        Disk = resource.Disk?.Source is null ? null : new() { Source = resource.Disk.Source },
    };
}
