using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Core.Apps;

/// <summary>Puts together what a task holds: scalars, ports, and which part of them is reserved.</summary>
internal static class TaskResources
{
    public static Resources Of(Resources scalars, ValueList<int?> hostPorts, IReadOnlyCollection<ReservedAmounts> fromReserved, bool revocable)
    {
        var ports = hostPorts.Where(port => port is > 0).Select(port => (long)port!.Value).ToList();
        if (ports.Count == 0 && fromReserved.Count == 0 && !revocable)
            return scalars;
        var all = scalars;
        if (ports.Count > 0)
            all = all.Plus(Resources.Of(Ports(ValueRanges.OfNumbers(ports))));
        foreach (var reserved in fromReserved)
            all = Reserve(all, reserved);
        return revocable ? all.Select(resource => resource.Name == ResourceNames.Ports ? resource : resource with { Revocable = true }) : all;
    }

    private static Resource Ports(ValueRanges ranges) => new() { Name = ResourceNames.Ports, Type = ResourceType.Ranges, Ranges = ranges };

    private static Resources Reserve(Resources all, ReservedAmounts reserved)
    {
        var part = new List<Resource>();
        Add(part, ResourceNames.Cpus, reserved.Scalars.Cpus);
        Add(part, ResourceNames.Mem, reserved.Scalars.Mem);
        Add(part, ResourceNames.Disk, reserved.Scalars.Disk);
        Add(part, ResourceNames.Gpus, reserved.Scalars.Gpus);
        foreach (var (name, amount) in reserved.Scalars.Custom)
            Add(part, name, amount);
        if (!reserved.Ports.IsDefaultOrEmpty)
            part.Add(Ports(ValueRanges.Of(reserved.Ports.Select(range => new ValueRange(range.Begin, range.End)))));
        var taken = Resources.Of(part);
        return all.Minus(taken).Plus(taken.PushReservation(new(ReservationType.Static, reserved.Role)));
    }

    private static void Add(List<Resource> part, string name, decimal amount)
    {
        if (amount > 0)
            part.Add(Resource.Scalar(name, (long)Math.Round(amount * 1000)));
    }
}
