using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>What the end of an instance's task means for the app.</summary>
/// <param name="Parks">The instance stays on its agent for its volumes.</param>
/// <param name="Delays">The next launch of its configuration is delayed.</param>
/// <param name="Fails">It counts as a failure of a rollout.</param>
/// <param name="Completes">An instance of a run-once app is done for good.</param>
/// <param name="Unexpected">Nobody asked for it: it belongs into the history of failures.</param>
public readonly record struct TaskEnd(bool Parks, bool Delays, bool Fails, bool Completes, bool Unexpected)
{
    /// <summary>Judges an end.</summary>
    /// <remarks>
    /// Marathon delays after dropped, error, failed, gone and finished (NotifyRateLimiterStep), not when the agent is being drained. A task that
    /// is gone with its agent's machine is not delayed here: it is not the app that failed, and it shall be replaced at once.
    /// </remarks>
    /// <param name="instance">The instance before the end.</param>
    /// <param name="update">The report.</param>
    /// <param name="runOnce">The app's instances are done when they exit with 0.</param>
    public static TaskEnd Judge(InstanceState instance, TaskUpdate update, bool runOnce)
    {
        var parks = !instance.Volumes.IsEmpty && instance.Goal != InstanceGoal.Decommissioned;
        if (instance.Doomed)
            return new(parks, false, false, false, false);
        var unhealthy = update.Reason == TaskReasons.Unhealthy;
        var ownFault = update.State is TaskState.Failed or TaskState.Error or TaskState.Dropped || (update.State == TaskState.Killed && unhealthy);
        var spared = update.Reason is TaskReasons.AgentDraining or TaskReasons.Preempted;
        var completes = runOnce && update.State == TaskState.Finished;
        var fails = (ownFault || update.State == TaskState.Finished) && !spared && !completes;
        return new(parks && !completes, fails, fails, completes, !completes);
    }
}
