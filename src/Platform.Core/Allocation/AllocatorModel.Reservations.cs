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
        if ((OperationConversion.Of(operation, out var consumed, out var converted) ?? CheckIds(agent, operation)) is { } problem)
            return problem;
        if (!agent.Available.Contains(consumed))
            RescindUntilFree(agent, consumed);
        if (!agent.Available.Contains(consumed))
            return $"{operation.Kind} needs {consumed}, but free on agent '{agentId}' is {agent.Available}";
        if (operation.Kind == OfferOperationKind.Destroy && IsInUse(agent, consumed, null))
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

    /// <summary>
    /// Whether a task uses a shared volume of these; offers of volumes that are not in use are taken back. One copy of the holder
    /// that is about to destroy the volume does not count.
    /// </summary>
    private bool IsInUse(AgentEntry agent, Resources resources, RoleClient? except)
    {
        var volumes = resources.SharedOnly();
        if (volumes.IsEmpty)
            return false;
        var offers = _offersByAgent.GetValueOrDefault(agent) ?? [];
        foreach (var volume in volumes)
        {
            var copies = agent.Held.Values.Sum(CopiesIn) - offers.Sum(offer => CopiesIn(offer.Resources)) - (except is null ? 0 : 1);
            if (copies > 0)
                return true;

            int CopiesIn(Resources held) => held.Where(item => item.Equals(volume)).Sum(item => item.Copies);
        }
        foreach (var offer in offers.Where(offer => offer.Resources.Any(volumes.Contains)).ToList())
            Rescind(offer.Offer.Id);
        return false;
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

    /// <summary>The ids of volumes are unique for a role on an agent, so that a volume can be told from another.</summary>
    private static string? CheckIds(AgentEntry agent, OfferOperation operation)
    {
        if (operation.Kind != OfferOperationKind.Create)
            return null;
        var ids = agent.Agent.Total.Concat(operation.Resources).Where(resource => resource.IsPersistentVolume)
            .Select(volume => (Role: volume.ReservationRole, Id: volume.Disk!.PersistenceId));
        return ids.GroupBy(id => id).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? $"Create needs a new id: role '{twice.Key.Role}' has a volume '{twice.Key.Id}' on agent '{agent.Id}'"
            : null;
    }

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
