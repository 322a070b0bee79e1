using Platform.Contracts.Allocation;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Grains.Allocation;

/// <content>What owners are told of a round.</content>
public sealed partial class AllocatorGrain
{
    private readonly PlaceReview _review = new();
    private readonly List<DemandWithoutRoom> _withoutRoom = [];

    private void Tell(AllocationRound round)
    {
        if (round.IsEmpty)
            return;
        LogDecided(round.Placements.Length, round.Preemptions.Length, round.Satisfied.Length, _model.WaitingCount);
        foreach (var placements in round.Placements.GroupBy(placement => placement.DemandId))
        {
            var owner = _model.OwnerOf(placements.First().TaskId);
            if (owner is null || _owners.Find(GrainFactory, owner) is not { } grain)
                continue;
            var batch = new PlacementBatch { DemandId = placements.Key, Placements = [.. placements], Run = _run };
            _review.Placed(owner, batch.Placements);
            Insist(() => grain.PlacedAsync(batch), () => batch.Placements.Any(placement => _model.HasTask(placement.TaskId)));
        }
        foreach (var victims in round.Preemptions.GroupBy(victim => (victim.Owner, victim.Cause)))
        {
            foreach (var victim in victims)
                LogPreempted(victim.TaskId, victim.AgentId, victim.Cause, victim.ForTaskId);
            if (_owners.Find(GrainFactory, victims.Key.Owner) is not { } grain)
                continue;
            var taskIds = victims.Select(victim => victim.TaskId).ToValueList();
            Insist(() => grain.PreemptAsync(taskIds, ReasonOf(victims.Key.Cause), _run), () => taskIds.Any(_model.HasTask));
        }
        TellFrameworks(round);
        foreach (var explanation in round.Explanations)
            LogWaits(explanation.DemandId, explanation.Waiting, explanation.Impossible, explanation.Rejections.IsEmpty ? "" : explanation.Rejections[0].ToString());
        foreach (var gangs in round.Expired.GroupBy(gang => gang.Owner))
        {
            foreach (var gang in gangs)
                LogExpired(gang.DemandId);
            if (_owners.Find(GrainFactory, gangs.Key) is not { } grain)
                continue;
            var demandIds = gangs.Select(gang => gang.DemandId).ToValueList();
            Insist(() => grain.GangExpiredAsync(demandIds, _run));
        }
    }

    // What could not be placed while agents are still to dial in says nothing.
    private void TellOfNoRoom()
    {
        if (_withoutRoom.Count == 0 || !_toCome.IsNone)
            return;
        foreach (var demands in _withoutRoom.Where(demand => _model.FindDemand(demand.DemandId) is not null).GroupBy(demand => demand.Owner))
        {
            if (_owners.Find(GrainFactory, demands.Key) is not { } grain)
                continue;
            var told = demands.ToValueList();
            Insist(() => grain.NoRoomAsync(told, _run), () => told.Any(demand => _model.FindDemand(demand.DemandId) is not null));
        }
        _withoutRoom.Clear();
    }

    private static string ReasonOf(PreemptionCause cause) => cause switch
    {
        PreemptionCause.Priority => "a task of higher priority needs the place",
        _ => $"the task may not stay on its agent: {cause}",
    };

    private Task ReviewAsync()
    {
        foreach (var (owner, taskIds) in _review.Due(_model.HasTask))
            _owners.Find(GrainFactory, owner)?.ReviewPlacesAsync(taskIds, _run).Ignore();
        return Task.CompletedTask;
    }
}
