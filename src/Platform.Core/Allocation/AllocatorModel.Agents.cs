using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <content>Agents come, change, and go.</content>
public sealed partial class AllocatorModel
{
    /// <summary>Reservations and volumes made at run time, by agent; they outlive the agent's session.</summary>
    private readonly Dictionary<string, Resources> _reservations = new(StringComparer.Ordinal);

    /// <summary>
    /// Adds an agent, or replaces what is known about it when it registers again. Dynamic reservations and volumes that were
    /// made before are put on its total; tasks that it reports are adopted, and those that are known already stay as they are.
    /// </summary>
    /// <param name="agent">The agent with its total as it reports it.</param>
    /// <param name="tasks">The tasks that run there.</param>
    /// <param name="volumes">The persistent volumes that are there; others that are known to be there stay as they are.</param>
    public void SetAgent(AllocatorAgent agent, IEnumerable<PoolTask>? tasks = null, IEnumerable<PersistentVolume>? volumes = null)
    {
        foreach (var volume in volumes ?? [])
            Keep(volume.AgentId == agent.Id ? volume : volume with { AgentId = agent.Id });
        agent = agent with { Total = WithReservations(agent.Id, agent.Total) };
        if (_allocator.Agents.TryGetValue(agent.Id, out var entry))
        {
            // Slack comes with heartbeats; until the next one says otherwise, revocable tasks stay.
            if (!agent.Total.Items.Any(resource => resource.Revocable))
                agent = agent with { Total = agent.Total.Plus(entry.Agent.Total.RevocableOnly()) };
            if (agent.Maintenance != entry.Agent.Maintenance)
                RescindOffersOn(entry);
            if (_allocator.UpdateAgent(entry, agent))
                Changed(Adopt(entry, tasks));
            else
                _preemptions.AddRange(_pool.Recheck(Adopt(entry, tasks).Id));
        }
        else
        {
            entry = _allocator.AddAgent(agent);
            _preemptions.AddRange(_pool.Recheck(Adopt(entry, tasks).Id));
            Noticed(entry);
        }
        if (!entry.IsActive)
            RescindOffersOn(entry);
        if (entry.IsOvercommitted)
            RescindOffersOn(entry);
    }

    /// <summary>Changes whether new tasks and offers may come to an agent; offers of an agent that is not active are taken back.</summary>
    /// <returns>False when the agent is unknown.</returns>
    public bool SetAvailability(string agentId, AgentAvailability availability)
    {
        if (!_allocator.Agents.TryGetValue(agentId, out var entry))
            return false;
        if (!_allocator.UpdateAgent(entry, entry.Agent with { Availability = availability }))
            return true;
        Changed(entry);
        if (!entry.IsActive)
            RescindOffersOn(entry);
        return true;
    }

    /// <summary>Sets when an agent will be away; null when it will not. Its offers are made anew, and those who hold something there are asked to leave.</summary>
    /// <returns>False when the agent is unknown.</returns>
    public bool SetMaintenance(string agentId, MaintenanceWindow? window)
    {
        if (!_allocator.Agents.TryGetValue(agentId, out var entry))
            return false;
        if (!_allocator.UpdateAgent(entry, entry.Agent with { Maintenance = window }))
            return true;
        RescindOffersOn(entry);
        RescindInverseOffers(offer => offer.AgentId == agentId);
        Changed(entry);
        return true;
    }

    /// <summary>Sets the slack that an agent reports: what its tasks have but do not use, for revocable tasks.</summary>
    /// <returns>False when the agent is unknown.</returns>
    public bool SetSlack(string agentId, ResourceQuantities slack)
    {
        if (!_allocator.Agents.TryGetValue(agentId, out var entry))
            return false;
        var total = entry.Agent.Total.NonRevocable()
            .Plus(Resources.Of(slack.Entries().Select(amount => Resource.Scalar(amount.Key, amount.Value) with { Revocable = true })));
        if (_allocator.UpdateAgent(entry, entry.Agent with { Total = total }))
        {
            Changed(entry);
            if (entry.IsOvercommitted)
                RescindOffersOn(entry);
        }
        return true;
    }

    /// <summary>Removes an agent with all that is held there.</summary>
    /// <returns>What went with it; null when the agent is unknown.</returns>
    public RemovedAgent? RemoveAgent(string agentId)
    {
        if (!_allocator.Agents.TryGetValue(agentId, out var entry))
            return null;
        RescindOffersOn(entry);
        RescindInverseOffers(offer => offer.AgentId == agentId);
        _maintained.Remove(entry);
        ForgetVolumesOn(agentId);
        var tasks = _pool.RemoveAgent(agentId).Where(_tasks.ContainsKey).ToList();
        var neverTold = tasks.Where(_awaiting.ContainsKey).Select(task => (Id: task, _awaiting[task].Demand)).ToList();
        foreach (var task in neverTold)
        {
            if (_heldGangs.TryGetValue(task.Demand.Id, out var gang))
                gang.Missing++;
        }
        foreach (var task in tasks)
            Forget(task, _tasks[task]);
        _allocator.RemoveAgent(entry);
        _gpus.Remove(agentId);
        foreach (var task in neverTold)
            WantAgain(task.Id, task.Demand);
        MarkFreed();
        return new([.. tasks]);
    }

    private AgentEntry Adopt(AgentEntry entry, IEnumerable<PoolTask>? tasks)
    {
        if (!_pool.HasAgent(entry.Id))
            _preemptions.AddRange(_pool.SetAgent(ResourceCarving.ToPool(entry.Agent)));
        HoldVolumesOn(entry);
        AdoptAll(entry, tasks ?? []);
        return entry;
    }

    /// <summary>Tells placement about an agent that changed, and has it looked at in the next round.</summary>
    private void Changed(AgentEntry entry)
    {
        _preemptions.AddRange(_pool.SetAgent(ResourceCarving.ToPool(entry.Agent)));
        Noticed(entry);
    }

    private void Noticed(AgentEntry entry)
    {
        if (entry.Agent.Maintenance is null)
            _maintained.Remove(entry);
        else
            _maintained.Add(entry);
        _allocator.AddCandidate(entry);
        MarkFreed();
    }

    private Resources WithReservations(string agentId, Resources total)
    {
        if (!_reservations.TryGetValue(agentId, out var reserved))
            return total;
        foreach (var resource in reserved.Items)
        {
            var plain = Resources.Of(Plain(resource));
            if (total.Contains(plain) && !total.Contains(Resources.Of(resource)))
                total = total.Minus(plain).Plus(Resources.Of(resource));
        }
        return total;
    }

    /// <summary>The resource as the agent reports it: without what was made of it at run time.</summary>
    private static Resource Plain(Resource resource)
    {
        var disk = resource.Disk is null ? null : resource.Disk with { PersistenceId = null, PersistencePrincipal = null, Volume = null };
        return resource with
        {
            Disk = disk?.Source is null ? null : disk,
            Shared = false,
            Copies = 1,
            Reservations = [.. resource.Reservations.Where(level => level.Type == ReservationType.Static)],
        };
    }

    private static bool IsMadeAtRunTime(Resource resource) =>
        resource.IsPersistentVolume || resource.Reservations.Any(level => level.Type == ReservationType.Dynamic);
}
