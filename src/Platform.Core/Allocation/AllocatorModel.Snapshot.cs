
namespace Platform.Core.Allocation;

/// <content>Pictures for readers.</content>
public sealed partial class AllocatorModel
{
    /// <summary>The scalars of all agents.</summary>
    public ResourceQuantities Capacity => _allocator.Capacity;

    /// <summary>The scalars that are held, offers included.</summary>
    public ResourceQuantities Held => _allocator.Roles.Sorter.Allocated;

    /// <summary>What an agent has and who has it; null when it is unknown.</summary>
    public AgentUsage? UsageOf(string agentId) => _allocator.Agents.TryGetValue(agentId, out var entry) ? Describe(entry) : null;

    /// <summary>A picture of everything, for pages and APIs. It costs a walk over agents, roles, offers and demands, not over tasks' resources.</summary>
    public AllocatorSnapshot Snapshot() => new()
    {
        Agents = [.. _allocator.Agents.Values.OrderBy(entry => entry.Id, StringComparer.Ordinal).Select(Describe)],
        Roles = RoleUsages(),
        Waiting = Waiting(),
        Offers = [.. _offers.Values.Select(entry => entry.Offer)],
        Total = Capacity,
        Held = Held,
        Tasks = _tasks.Count,
    };

    private AgentUsage Describe(AgentEntry entry)
    {
        var offered = _offersByAgent.TryGetValue(entry, out var offers)
            ? offers.Aggregate(Resources.Empty, (sum, offer) => sum.Plus(offer.Resources))
            : Resources.Empty;
        var held = entry.Held.Values.Aggregate(Resources.Empty, (sum, part) => sum.Plus(part));
        return new(entry.Agent, held.Minus(offered), offered, entry.Available, entry.TaskCount);
    }
}
