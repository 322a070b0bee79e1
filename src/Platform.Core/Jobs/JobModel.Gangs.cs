using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Core.Jobs;

/// <content>Arrays whose tasks start together, and end together when one of them does not succeed.</content>
public sealed partial class JobModel
{
    private RunState AdvanceGang(RunState run, DateTimeOffset now)
    {
        var live = LiveIds(run.RunId);
        if (run.Stopping is not null || run.Succeeded >= run.Count)
            return run;
        if (live.Count == 0)
        {
            if (run.GangNotBefore > now)
            {
                Wake(run.GangNotBefore);
                return run;
            }
            run = run with { Begun = run.Count, Succeeded = 0, Gangs = run.Gangs + 1, GangBroken = false };
            _runs.Set(run.RunId, run);
            for (var rank = 0; rank < run.Count; rank++)
                AddTask(run, run.Spec.Array!.From + rank, run.Gangs - 1, run.GangFailures, now, now);
        }
        DemandGang(_runs.Items[run.RunId], now);
        return _runs.Items[run.RunId];
    }

    private void DemandGang(RunState run, DateTimeOffset now)
    {
        if (run.Stopping is not null || run.GangBroken || _demands.Has(GangId(run)))
            return;
        var waiting = LiveTasksOf(run.RunId).Where(task => task.AgentId is null).OrderBy(task => task.Index).ToList();
        if (waiting.Count == 0)
            return;
        var demand = new WaitingDemand<string>(GangId(run), run.RunId, now);
        demand.TaskIds.UnionWith(waiting.Select(task => task.TaskId));
        _demands.Add(demand);
        _effects.Demands.Submit(JobTasks.Demand(run, waiting[0], _owner) with
        {
            Id = demand.DemandId,
            Count = waiting.Count,
            TaskIds = [.. waiting.Select(task => task.TaskId)],
            GangSize = waiting.Count,
        });
    }

    // One has ended without success: the others cannot go on without it. All begin anew, or the run fails.
    private void BreakGang(RunState run, RunTask task, TaskUpdate update, bool isInnocent, DateTimeOffset now)
    {
        if (run.GangBroken)
            return;
        var failures = run.GangFailures + (isInnocent ? 0 : 1);
        var next = isInnocent ? now.AddSeconds(1) : now + run.Spec.Retry.Pause(failures);
        if (!isInnocent && !MayRetry(run, failures, next, update))
        {
            _runs.Set(run.RunId, run with { Failed = 1, Message = run.Message ?? Why(run, task, update), Stopping = $"index {task.Index} failed", StopsAsFailed = true });
            return;
        }
        _runs.Set(run.RunId, run with { GangBroken = true, GangFailures = failures, GangNotBefore = next });
        foreach (var other in LiveTasksOf(run.RunId).Where(other => other.KillReason is null).ToList())
            _tasks.Set(other.TaskId, other with { KillReason = "a task of its gang has ended" });
    }

    private static string GangId(RunState run) => RunIds.Gang(run.Spec.Id, run.RunId, run.Gangs);
}
