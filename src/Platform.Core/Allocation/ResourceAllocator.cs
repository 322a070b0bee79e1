using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>
/// The books of the cluster and the fair order in which free resources are given away: agents, roles, frameworks, owners,
/// filters. Single-threaded; decides nothing on its own, its caller says which agents are candidates and when a cycle runs.
/// </summary>
internal sealed partial class ResourceAllocator
{
    private readonly AllocatorOptions _options;
    private readonly FairnessTotals _totals = new();
    private readonly Random _random;
    private ResourceQuantities _availableHeadroom;
    private long _version;
    private long _sequence;
    private long _booksVersion;
    private int _customMinimums;

    internal ResourceAllocator(AllocatorOptions options)
    {
        _options = options;
        _random = new(options.Seed);
        Roles = new(_totals, options.ExcludedFromFairness);
    }

    /// <summary>What the operator decided.</summary>
    internal AllocatorOptions Options => _options;

    internal RoleTree Roles { get; }

    internal Dictionary<string, AgentEntry> Agents { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, FrameworkEntry> Frameworks { get; } = new(StringComparer.Ordinal);

    /// <summary>The scalars of all agents.</summary>
    internal ResourceQuantities Capacity => _totals.Quantities;

    /// <summary>Free unreserved, non-revocable scalars of all active agents.</summary>
    internal ResourceQuantities AvailableHeadroom => _availableHeadroom;

    /// <summary>What may be given to any role without touching what unmet guarantees need.</summary>
    internal ResourceQuantities SurplusHeadroom => _availableHeadroom - Roles.RequiredHeadroom;

    /// <summary>A number that grows; for timers, so that older ones come first.</summary>
    internal long NextSequence() => _sequence++;

    /// <summary>Says that agents with free resources must be looked at again: somebody may want now what nobody wanted.</summary>
    internal void Unsettle()
    {
        _version++;
        _booksVersion++;
    }

    internal AgentEntry AddAgent(AllocatorAgent agent)
    {
        var entry = new AgentEntry(agent) { HasGpus = agent.Total.Milli(ResourceNames.Gpus) > 0 };
        Agents.Add(agent.Id, entry);
        _totals.Set(agent.Id, agent.Total.Quantities);
        TrackReservations(agent.Total);
        SetAvailable(entry, agent.Total);
        Unsettle();
        return entry;
    }

    /// <summary>Removes an agent with all that is held on it.</summary>
    internal void RemoveAgent(AgentEntry entry)
    {
        foreach (var (client, resources) in entry.Held.ToList())
            Untrack(entry, client, resources);
        SetAvailable(entry, Resources.Empty);
        UntrackReservations(entry.Agent.Total);
        _totals.Remove(entry.Id);
        Agents.Remove(entry.Id);
        foreach (var framework in Frameworks.Values)
            framework.InverseFilters.Remove(entry.Id);
        Unsettle();
    }

    /// <summary>Replaces what is known about an agent. Changed attributes void the filters on it, as in Mesos.</summary>
    /// <returns>True when something changed.</returns>
    internal bool UpdateAgent(AgentEntry entry, AllocatorAgent agent)
    {
        if (entry.Agent == agent)
            return false;
        if (!entry.Agent.Attributes.Equals(agent.Attributes))
        {
            entry.Filters = null;
            entry.NextFilterExpiry = long.MaxValue;
        }
        if (entry.Agent.Maintenance != agent.Maintenance)
        {
            entry.InverseOffered.Clear();
            foreach (var framework in Frameworks.Values)
                framework.InverseFilters.Remove(entry.Id);
        }
        var wasActive = entry.IsActive;
        var total = entry.Agent.Total;
        if (wasActive)
            _availableHeadroom -= entry.FreeUnreserved;
        entry.Agent = agent;
        if (!total.Equals(agent.Total))
        {
            UntrackReservations(total);
            TrackReservations(agent.Total);
            _totals.Set(entry.Id, agent.Total.Quantities);
            entry.HasGpus = agent.Total.Milli(ResourceNames.Gpus) > 0;
            entry.Available = Recompute(entry);
        }
        if (entry.IsActive)
            _availableHeadroom += entry.FreeUnreserved;
        entry.SettledVersion = -1;
        Unsettle();
        return true;
    }

    /// <summary>Books resources of an agent to a client.</summary>
    internal void Track(AgentEntry entry, RoleClient client, Resources resources)
    {
        if (resources.IsEmpty)
            return;
        Hold(entry, client, resources);
        Taken(entry, resources);
    }

    /// <summary>Books what several clients hold on an agent; <paramref name="sum"/> is all of it together.</summary>
    internal void TrackAll(AgentEntry entry, IEnumerable<(RoleClient Client, Resources Resources)> parts, Resources sum)
    {
        foreach (var (client, resources) in parts)
        {
            if (!resources.IsEmpty)
                Hold(entry, client, resources);
        }
        if (!sum.IsEmpty)
            Taken(entry, sum);
    }

    private void Taken(AgentEntry entry, Resources resources)
    {
        if (!entry.IsOvercommitted && !entry.Available.Contains(resources))
            entry.IsOvercommitted = true;
        if (entry.IsOvercommitted)
            SetAvailable(entry, Recompute(entry));
        else
            SetAvailable(entry, entry.Available.Minus(resources.NonShared()));
    }

    private void Hold(AgentEntry entry, RoleClient client, Resources resources)
    {
        _booksVersion++;
        if (entry.Held.TryGetValue(client, out var held))
        {
            entry.Held[client] = held.Plus(resources);
        }
        else
        {
            entry.Held.Add(client, resources);
            client.AgentCount++;
        }
        client.Role.AddHeld(UnreservedNonRevocable(resources));
        Roles.Sorter.Allocate(client.Role.Client!, entry.Id, resources);
        client.Role.Owners!.Allocate(client.Sorted, entry.Id, resources);
    }

    /// <summary>Gives resources back to the agent.</summary>
    internal void Untrack(AgentEntry entry, RoleClient client, Resources resources)
    {
        if (resources.IsEmpty)
            return;
        _booksVersion++;
        var rest = entry.Held[client].Minus(resources);
        if (rest.IsEmpty)
        {
            entry.Held.Remove(client);
            client.AgentCount--;
        }
        else
        {
            entry.Held[client] = rest;
        }
        if (entry.IsOvercommitted)
            SetAvailable(entry, Recompute(entry));
        else
            SetAvailable(entry, Canonical(entry, entry.Available.Plus(resources.NonShared())));
        client.Role.SubtractHeld(UnreservedNonRevocable(resources));
        Roles.Sorter.Unallocate(client.Role.Client!, entry.Id, resources);
        client.Role.Owners!.Unallocate(client.Sorted, entry.Id, resources);
        entry.SettledVersion = -1;
        if (Roles.HasQuota)
            Unsettle();
        ForgetIfUnused(client);
    }

    /// <summary>Computes anew what is free on an agent from what is held.</summary>
    internal void Refresh(AgentEntry entry) => SetAvailable(entry, Recompute(entry));

    /// <summary>Turns resources into others of the same amounts, such as by a reservation, for a holder or among what is free.</summary>
    /// <param name="entry">The agent.</param>
    /// <param name="client">The holder; null to change what is free.</param>
    /// <param name="consumed">What goes away; must be held or free.</param>
    /// <param name="converted">What comes instead.</param>
    /// <returns>False when the resources are not there; nothing is changed then.</returns>
    internal bool Convert(AgentEntry entry, RoleClient? client, Resources consumed, Resources converted)
    {
        var source = client is null ? entry.Available : entry.Held.GetValueOrDefault(client, Resources.Empty);
        if (!source.Contains(consumed))
            return false;
        UntrackReservations(entry.Agent.Total);
        entry.Agent = entry.Agent with { Total = entry.Agent.Total.Minus(consumed).Plus(converted) };
        TrackReservations(entry.Agent.Total);
        _totals.Set(entry.Id, entry.Agent.Total.Quantities);
        if (client is null)
        {
            SetAvailable(entry, entry.Available.Minus(consumed).Plus(converted));
        }
        else
        {
            var rest = source.Minus(consumed).Plus(converted);
            if (rest.IsEmpty)
            {
                entry.Held.Remove(client);
                client.AgentCount--;
            }
            else
            {
                entry.Held[client] = rest;
            }
            client.Role.SubtractHeld(UnreservedNonRevocable(consumed));
            client.Role.AddHeld(UnreservedNonRevocable(converted));
            Roles.Sorter.Update(client.Role.Client!, entry.Id, consumed, converted);
            client.Role.Owners!.Update(client.Sorted, entry.Id, consumed, converted);
            // A shared volume is free for others as long as it exists.
            var shared = entry.Agent.Total.SharedOnly();
            if (entry.HasShared || !shared.IsEmpty)
                SetAvailable(entry, entry.Available.NonShared().Plus(shared));
        }
        entry.SettledVersion = -1;
        Unsettle();
        return true;
    }

    internal static ResourceQuantities UnreservedNonRevocable(Resources resources)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.Type == ResourceType.Scalar && (resource.IsReserved || resource.Revocable))
                return resources.Where(item => item.IsUnreserved && !item.Revocable).Quantities;
        }
        return resources.Quantities;
    }

    private void SetAvailable(AgentEntry entry, Resources available)
    {
        if (entry.IsActive)
            _availableHeadroom -= entry.FreeUnreserved;
        entry.Available = available;
        if (entry.IsActive)
            _availableHeadroom += entry.FreeUnreserved;
    }

    private static Resources Recompute(AgentEntry entry)
    {
        var held = Resources.Empty;
        foreach (var resources in entry.Held.Values)
            held = held.Plus(resources.NonShared());
        entry.IsOvercommitted = !entry.Agent.Total.Contains(held);
        return entry.Agent.Total.Minus(held);
    }

    /// <summary>An agent that is free again gets the very object of its total, so that comparing with refused offers is cheap.</summary>
    private static Resources Canonical(AgentEntry entry, Resources available) =>
        entry.Held.Count == 0 && available.Equals(entry.Agent.Total) ? entry.Agent.Total : available;

    private void TrackReservations(Resources total)
    {
        foreach (var resource in total.Items)
        {
            if (resource.IsReserved && resource.Type == ResourceType.Scalar)
                Roles.GetOrAdd(resource.ReservationRole!).AddReserved(ResourceQuantities.Empty.With(resource.Name, resource.Milli));
        }
    }

    private void UntrackReservations(Resources total)
    {
        foreach (var resource in total.Items)
        {
            if (!resource.IsReserved || resource.Type != ResourceType.Scalar)
                continue;
            var role = Roles.Find(resource.ReservationRole!)!;
            role.SubtractReserved(ResourceQuantities.Empty.With(resource.Name, resource.Milli));
            Roles.Prune(role);
        }
    }
}
