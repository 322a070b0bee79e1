using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>A plan in the making: what has been placed so far and how much is left to place.</summary>
internal sealed class PlanDraft(PlacementPool pool, CompiledDemand demand, PlacementOptions options, long now)
{
    private readonly ImmutableArray<string> ids = demand.Demand.TaskIds;
    private int next;

    public PlacementPool Pool { get; } = pool;

    public CompiledDemand Demand { get; } = demand;

    public PlacementOptions Options { get; } = options;

    public long Now { get; } = now;

    public List<TaskPlacement> Placements { get; } = [];

    public List<Preemption> Preemptions { get; } = [];

    /// <summary>How many tasks the demand wants beyond those that are placed already.</summary>
    public int Wanted { get; init; }

    /// <summary>How many tasks are still to be placed.</summary>
    public int Left { get; set; }

    /// <summary>Places the next task on an agent that was found to have room.</summary>
    public void Put(AgentSlot slot)
    {
        var (id, index) = NextId();
        Placements.Add(Demand.Place(slot, id, index, Now));
        Left--;
    }

    /// <summary>An id that no task of the pool has: asking again for tasks that are placed already does not place them twice.</summary>
    public (string Id, int Index) NextId()
    {
        while (true)
        {
            var index = next++;
            var id = index < ids.Length ? ids[index] : $"{Demand.Demand.Id}#{index}";
            if (!Pool.HasTask(id)) return (id, index);
        }
    }

    /// <summary>Takes back to where the draft stood before anything was placed.</summary>
    public void Clear()
    {
        Left += Placements.Count;
        Placements.Clear();
        Preemptions.Clear();
        next = 0;
    }
}
