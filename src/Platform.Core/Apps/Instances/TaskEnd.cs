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
    /// <param name="takesOtherPorts">An instance in its place gets other ports.</param>
    public static TaskEnd Judge(InstanceState instance, TaskUpdate update, bool runOnce, bool takesOtherPorts = false)
    {
        var parks = !instance.Volumes.IsEmpty && instance.Goal != InstanceGoal.Decommissioned;
        if (instance.Doomed)
            return new(parks, false, false, false, false);
        // Nothing has happened but that a port turned out to be of no use: the next one is tried at once.
        if (update.Reason == TaskReasons.PortInUse && takesOtherPorts)
            return new(parks, false, false, false, false);
        var unhealthy = update.Reason == TaskReasons.Unhealthy;
        var ownFault = update.State is TaskState.Failed or TaskState.Error || (update.State == TaskState.Killed && unhealthy);
        var spared = update.Reason is TaskReasons.AgentDraining or TaskReasons.Preempted;
        var completes = runOnce && update.State == TaskState.Finished;
        var fails = (ownFault || update.State == TaskState.Finished) && !spared && !completes;
        // A task that was dropped never ran: its agent did not have the place, or a program there has the port. That says nothing of a version.
        return new(parks && !completes, fails || (update.State == TaskState.Dropped && !spared), fails, completes, !completes);
    }
}
