using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <content>Gangs that wait for the end of others: all of a gang are told of their places at once, when all have room.</content>
public sealed partial class AllocatorModel
{
    // By the demand. What is held is among the places that wait, so that it is wanted again when its agent goes.
    private readonly Dictionary<string, HeldGang> _heldGangs = new(StringComparer.Ordinal);

    /// <summary>The gang that new places of a demand belong to; null: they can be told at once.</summary>
    private HeldGang? HeldGangOf(Demand demand, PlacementPlan plan)
    {
        if (_heldGangs.TryGetValue(demand.Id, out var held))
            return held;
        if (demand.GangSize == 0 || plan.Placements.All(placement => placement.Awaits.IsDefaultOrEmpty))
            return null;
        return _heldGangs[demand.Id] = new();
    }

    private void TellIfWhole(string demandId, HeldGang gang)
    {
        if (gang.Blocked.Count > 0 || gang.Missing > 0)
            return;
        _heldGangs.Remove(demandId);
        foreach (var taskId in gang.Tasks)
        {
            if (_awaiting.Remove(taskId, out var held))
                Tell(taskId, held.Placement);
        }
    }

    private void Tell(string taskId, TaskPlacement placement)
    {
        TakeGpus(_tasks[taskId]);
        _placements.Add(placement with { Awaits = [], Gpus = [.. _tasks[taskId].Gpus] });
    }

    private void LeaveGang(string taskId, string demandId)
    {
        if (!_heldGangs.TryGetValue(demandId, out var gang) || !gang.Tasks.Remove(taskId))
            return;
        gang.Blocked.Remove(taskId);
        if (gang.Tasks.Count == 0 && gang.Missing == 0)
            _heldGangs.Remove(demandId);
    }

    private bool ReleaseGang(string demandId)
    {
        if (!_heldGangs.Remove(demandId, out var gang))
            return false;
        Release(gang.Tasks.ToList());
        return true;
    }

    /// <summary>What of a gang has a place that nobody was told of yet.</summary>
    private sealed class HeldGang
    {
        /// <summary>Its tasks that have a place.</summary>
        internal List<string> Tasks { get; } = [];

        /// <summary>Those of them that wait for others to end.</summary>
        internal HashSet<string> Blocked { get; } = new(StringComparer.Ordinal);

        /// <summary>How many lost their place again and wait for another one.</summary>
        internal int Missing { get; set; }
    }
}
