using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <content>Reservations and volumes made at run time.</content>
public sealed partial class AllocatorModel
{
    /// <summary>Reservations and volumes made at run time, by agent: what has to be persisted.</summary>
    public ImmutableDictionary<string, Resources> DynamicReservations => _reservations.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Gives the model what was persisted, before agents come.</summary>
    public void RestoreReservations(IEnumerable<KeyValuePair<string, Resources>> reservations)
    {
        foreach (var (agentId, resources) in reservations)
            _reservations[agentId] = resources;
    }

    /// <summary>Does an operator's operation on free resources of an agent. Offers that hold what is needed are taken back first.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="operation">Any operation but a launch.</param>
    /// <returns>What is wrong; null when it was done.</returns>
    public string? Operate(string agentId, OfferOperation operation)
    {
        if (!_allocator.Agents.TryGetValue(agentId, out var agent))
            return $"there is no agent '{agentId}'";
        if (Conversion(operation.Kind, operation.Resources.Unallocate(), out var consumed, out var converted) is { } problem)
            return problem;
        if (!agent.Available.Contains(consumed))
            RescindUntilFree(agent, consumed);
        if (!agent.Available.Contains(consumed))
            return $"{operation.Kind} needs {consumed}, but free on agent '{agentId}' is {agent.Available}";
        if (consumed.Items.Any(resource => resource.Shared && agent.Held.Values.Any(held => held.Items.Any(item => item.Equals(resource)))))
            return "a shared volume is still in use";
        _allocator.Convert(agent, null, consumed, converted);
        RememberReservations(agent);
        return null;
    }

    /// <summary>
    /// Sets what is dynamically reserved for a role on an agent: unreserves what is too much, then reserves what is missing, from free
    /// resources. Offers that hold what is needed are taken back first. Volumes are left alone.
    /// </summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="role">The role; not <c>*</c>.</param>
    /// <param name="wanted">Plain resources, without reservations; empty to end the reservation.</param>
    /// <returns>What is wrong; null when it was done. Nothing has changed when something is wrong.</returns>
    public string? SetReservation(string agentId, string role, Resources wanted)
    {
        if (!_allocator.Agents.TryGetValue(agentId, out var agent))
            return $"there is no agent '{agentId}'";
        if (Roles.RoleName.Validate(role) is { } invalid)
            return invalid;
        if (role == Roles.RoleName.Default)
            return "resources cannot be reserved for the role '*'";
        if (wanted.Items.Any(resource => resource.IsReserved || resource.Revocable || resource.IsPersistentVolume))
            return "name plain resources, such as cpus:2;mem:512";
        var reservation = new Reservation(ReservationType.Dynamic, role);
        var target = wanted.PushReservation(reservation);
        var there = agent.Agent.Total.Where(resource => resource.Reservations.AsSpan().SequenceEqual([reservation]) && !resource.IsPersistentVolume);
        var surplus = there.Minus(target);
        var missing = target.Minus(there);
        if (!surplus.IsEmpty && Operate(agentId, new(OfferOperationKind.Unreserve, surplus)) is { } problem)
            return problem;
        if (missing.IsEmpty || Operate(agentId, new(OfferOperationKind.Reserve, missing)) is not { } failure)
            return null;
        if (!surplus.IsEmpty)
            Operate(agentId, new(OfferOperationKind.Reserve, surplus));
        return failure;
    }

    private void RescindUntilFree(AgentEntry agent, Resources consumed)
    {
        if (!_offersByAgent.TryGetValue(agent, out var offers))
            return;
        foreach (var entry in offers.ToList())
        {
            Rescind(entry.Offer.Id);
            if (agent.Available.Contains(consumed))
                return;
        }
    }

    /// <summary>What an operation takes and what it makes of it.</summary>
    private static string? Conversion(OfferOperationKind kind, Resources resources, out Resources consumed, out Resources converted)
    {
        consumed = Resources.Empty;
        converted = Resources.Empty;
        if (resources.IsEmpty)
            return $"{kind} names no resources";
        if (resources.Select(resource => resource.Validate()).FirstOrDefault(text => text is not null) is { } invalid)
            return invalid;
        switch (kind)
        {
            case OfferOperationKind.Reserve or OfferOperationKind.Unreserve:
                if (resources.Items.Any(resource => !resource.IsDynamicallyReserved))
                    return $"{kind} needs resources with a dynamic reservation on top";
                if (resources.Items.Any(resource => resource.IsPersistentVolume))
                    return $"{kind} cannot be done on persistent volumes; destroy them first";
                if (resources.Items.Any(resource => resource.Revocable))
                    return $"{kind} cannot be done on revocable resources";
                var lower = resources.PopReservation();
                (consumed, converted) = kind == OfferOperationKind.Reserve ? (lower, resources) : (resources, lower);
                return null;
            case OfferOperationKind.Create or OfferOperationKind.Destroy:
                if (resources.Items.Any(resource => !resource.IsPersistentVolume || !resource.IsReserved))
                    return $"{kind} needs persistent volumes on reserved disk";
                var disk = Resources.Of(resources.Items.Select(WithoutVolume));
                (consumed, converted) = kind == OfferOperationKind.Create ? (disk, resources) : (resources, disk);
                return null;
            default:
                return $"{kind} is not an operation on reservations or volumes";
        }
    }

    private static Resource WithoutVolume(Resource resource) => resource with
    {
        Shared = false,
        Copies = 1,
        Disk = resource.Disk!.Source is null ? null : new() { Source = resource.Disk.Source },
    };

    private void RememberReservations(AgentEntry agent)
    {
        var reserved = agent.Agent.Total.Where(IsMadeAtRunTime);
        if (reserved.IsEmpty)
            _reservations.Remove(agent.Id);
        else
            _reservations[agent.Id] = reserved;
        Changed(agent);
    }
}
