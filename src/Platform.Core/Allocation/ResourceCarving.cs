using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>Translates between the resources of an agent and the amounts that placement works with.</summary>
internal static class ResourceCarving
{
    /// <summary>The agent as placement sees it. Volumes that frameworks or operators made are left to frameworks.</summary>
    internal static PoolAgent ToPool(AllocatorAgent agent)
    {
        var usable = agent.Total.Items.Where(resource => !resource.IsPersistentVolume && resource.Disk?.Source?.Type is null or DiskSourceType.Mount or DiskSourceType.Path).ToList();
        var plain = usable.Where(resource => resource is { IsUnreserved: true, Revocable: false, Disk.Source: null } or { IsUnreserved: true, Revocable: false, Disk: null }).ToList();
        return new()
        {
            Id = agent.Id,
            Hostname = agent.Hostname,
            Region = agent.FaultDomain?.Region,
            Zone = agent.FaultDomain?.Zone,
            Attributes = agent.Attributes.Items.Reverse().Aggregate(
                ImmutableSortedDictionary<string, string>.Empty, (all, attribute) => all.SetItem(attribute.Name, attribute.Render())),
            Unreserved = ToScalars(plain),
            Ports = ToPorts(plain),
            Reserved = [.. usable.Where(resource => resource is { IsReserved: true, Revocable: false, Disk: null })
                .GroupBy(resource => resource.ReservationRole!, StringComparer.Ordinal)
                .Select(group => new ReservedAmounts { Role = group.Key, Scalars = ToScalars(group), Ports = ToPorts(group) })],
            Slack = ToScalars(usable.Where(resource => resource.Revocable && resource.IsUnreserved)),
            Disks = [.. usable.Where(resource => resource is { Revocable: false, Disk.Source.Root: not null }).Select(ToDisk)],
            Taints = agent.Taints,
            NodePool = agent.NodePool,
            Containerizers = agent.Containerizers,
            Availability = agent.Availability,
        };
    }

    /// <summary>Describes held resources as tasks for placement: one for what is ordinary and one for what is revocable.</summary>
    internal static IEnumerable<PoolTask> ToPoolTasks(string id, AgentEntry agent, string owner, string role, Resources resources, DateTimeOffset started)
    {
        var ordinary = resources.Items.Where(resource => !resource.Revocable && resource.Disk is null).ToList();
        yield return new()
        {
            Id = id,
            AgentId = agent.Id,
            Owner = owner,
            Role = role,
            Started = started,
            Preemptible = false,
            Scalars = ToScalars(ordinary),
            Ports = [.. ToPorts(ordinary).SelectMany(range => Enumerable.Range(range.Begin, range.End - range.Begin + 1))],
            FromReserved = [.. ordinary.Where(resource => resource.IsReserved).GroupBy(resource => resource.ReservationRole!, StringComparer.Ordinal)
                .Select(group => new ReservedAmounts { Role = group.Key, Scalars = ToScalars(group), Ports = ToPorts(group) })],
            Disks = [.. resources.Items
                .Where(resource => resource is { Revocable: false, IsPersistentVolume: false, Disk.Source: { Type: DiskSourceType.Mount or DiskSourceType.Path, Root: not null } })
                .Select(resource => new DiskPart(resource.Disk!.Source!.Root!, resource.Milli / 1000m, resource.ReservationRole ?? "*"))],
        };
        var revocable = resources.Items.Where(resource => resource.Revocable).ToList();
        if (revocable.Count == 0)
            yield break;
        yield return new()
        {
            Id = RevocablePart(id),
            AgentId = agent.Id,
            Owner = owner,
            Role = role,
            Started = started,
            Preemptible = false,
            Revocable = true,
            Scalars = ToScalars(revocable),
        };
    }

    /// <summary>The id under which placement knows the revocable part of something held.</summary>
    internal static string RevocablePart(string id) => id + "\u0001revocable";

    /// <summary>Finds the resources of an agent for what a task takes, ports left out; exact reservations and disks included.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="scalars">All that it takes, reserved parts included.</param>
    /// <param name="fromReserved">What of it comes from reservations.</param>
    /// <param name="disks">What it takes of disks besides that of the work directory.</param>
    /// <param name="isRevocable">Whether it takes slack.</param>
    internal static Resources Carve(AgentEntry agent, ScalarAmounts scalars, ImmutableArray<ReservedAmounts> fromReserved, ImmutableArray<DiskPart> disks, bool isRevocable)
    {
        var parts = new List<Resource>();
        var rest = ToQuantities(scalars);
        foreach (var reserved in fromReserved.IsDefault ? [] : fromReserved)
        {
            foreach (var (name, milli) in ToQuantities(reserved.Scalars).Entries())
            {
                rest -= ResourceQuantities.Empty.With(name, milli);
                parts.AddRange(TakeReserved(agent, reserved.Role, name, milli));
            }
        }
        foreach (var (name, milli) in rest.Entries())
            parts.Add(Resource.Scalar(name, milli) with { Revocable = isRevocable });
        foreach (var part in disks.IsDefault ? [] : disks)
        {
            // What an agent does not have any more holds nothing.
            if (DiskOf(agent, part) is { } disk)
                parts.Add(disk.Disk!.Source!.IsIndivisible ? disk : disk with { Milli = Milli(part.Size) });
        }
        return Resources.Of(parts);
    }

    /// <summary>What a persistent volume holds of its agent.</summary>
    internal static Resources Carve(AgentEntry agent, PersistentVolume volume)
    {
        var hold = volume.Hold();
        return Carve(agent, hold.Scalars, hold.FromReserved, hold.Disks, isRevocable: false);
    }

    /// <summary>What a task takes when it takes nothing from reservations and no whole disks; ports left out.</summary>
    internal static Resources Plain(ScalarAmounts scalars, bool isRevocable) =>
        Resources.Of(ToQuantities(scalars).Entries().Select(amount => Resource.Scalar(amount.Key, amount.Value) with { Revocable = isRevocable }));

    /// <summary>The ports as resources of the agent, each from the reservation that it belongs to.</summary>
    internal static Resources PortsOf(AgentEntry agent, int[] ports)
    {
        var wanted = ValueRanges.OfNumbers(ports.Select(port => (long)port));
        var parts = new List<Resource>(1);
        foreach (var resource in agent.Agent.Total.Items)
        {
            if (resource.Type != ResourceType.Ranges || resource.Name != ResourceNames.Ports || wanted.IsEmpty)
                continue;
            var rest = wanted.Minus(resource.Ranges);
            var taken = wanted.Minus(rest);
            if (!taken.IsEmpty)
                parts.Add(resource with { Ranges = taken });
            wanted = rest;
        }
        // A task that was adopted may hold ports that its agent does not report any more.
        if (!wanted.IsEmpty)
            parts.Add(new() { Name = ResourceNames.Ports, Type = ResourceType.Ranges, Ranges = wanted });
        return Resources.Of(parts);
    }

    private static AgentDisk ToDisk(Resource resource) => new(
        resource.Disk!.Source!.Root!,
        resource.Milli / 1000m,
        resource.Disk.Source.Type == DiskSourceType.Mount ? VolumeKind.Mount : VolumeKind.Path,
        resource.ReservationRole ?? "*",
        resource.Disk.Source.Profile);

    private static Resource? DiskOf(AgentEntry agent, DiskPart part)
    {
        foreach (var source in new[] { agent.Available, agent.Agent.Total })
        {
            foreach (var resource in source.Items)
            {
                if (resource is { Revocable: false, IsPersistentVolume: false } && resource.Disk?.Source?.Root == part.Root
                    && (resource.ReservationRole ?? "*") == part.Role && (ReferenceEquals(source, agent.Agent.Total) || resource.Milli >= Milli(part.Size)))
                    return resource;
            }
        }
        return null;
    }

    internal static ResourceQuantities ToQuantities(ScalarAmounts scalars)
    {
        var quantities = ResourceQuantities.Of(Milli(scalars.Cpus), Milli(scalars.Mem), Milli(scalars.Disk), Milli(scalars.Gpus));
        foreach (var (name, amount) in scalars.Custom)
            quantities = quantities.With(name, Milli(amount));
        return quantities;
    }

    internal static ScalarAmounts ToScalars(IEnumerable<Resource> resources) => ToScalars(ResourceQuantities.Of(resources));

    internal static ScalarAmounts ToScalars(in ResourceQuantities quantities) => new()
    {
        Cpus = quantities.Cpus / 1000m,
        Mem = quantities.Mem / 1000m,
        Disk = quantities.Disk / 1000m,
        Gpus = quantities.Gpus / 1000m,
        Custom = quantities.Others.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value / 1000m),
    };

    private static ImmutableArray<PortRange> ToPorts(IEnumerable<Resource> resources) =>
        [.. resources.Where(resource => resource.Type == ResourceType.Ranges && resource.Name == ResourceNames.Ports)
            .SelectMany(resource => resource.Ranges.Items).Select(range => new PortRange((int)range.Begin, (int)range.End))];

    private static List<Resource> TakeReserved(AgentEntry agent, string role, string name, long milli)
    {
        // Several stacks may end in one role: take from what is free first, so that the books agree with the agent.
        foreach (var source in new[] { agent.Available, agent.Agent.Total })
        {
            var taken = new List<Resource>();
            var missing = milli;
            foreach (var resource in source.Items)
            {
                if (missing == 0)
                    break;
                if (resource.Name != name || resource.Type != ResourceType.Scalar || resource.ReservationRole != role || resource.Disk is not null || resource.Revocable)
                    continue;
                var part = Math.Min(missing, resource.Milli);
                taken.Add(resource with { Milli = part });
                missing -= part;
            }
            if (missing == 0)
                return taken;
        }
        return [Resource.Scalar(name, milli).PushReservation(new(ReservationType.Static, role))];
    }

    private static long Milli(decimal amount) => (long)decimal.Round(amount * 1000m, 0, MidpointRounding.AwayFromZero);
}
