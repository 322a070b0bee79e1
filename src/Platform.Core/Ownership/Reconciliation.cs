using Platform.Core.Collections;

namespace Platform.Core.Ownership;

/// <summary>Compares what an owner has recorded with what an agent reports.</summary>
public static class Reconciliation
{
    /// <summary>What an agent's report means for one task of the owner on it.</summary>
    /// <param name="task">The task; not a parked one.</param>
    /// <param name="reported">The ids of the owner's tasks that the agent reports.</param>
    /// <param name="epoch">The agent's session that reported them; 0: none since the control plane started.</param>
    /// <param name="fence">Launches with a lower number that had not arrived by then are refused; 0: none is.</param>
    public static ReconciledTask Compare<TTask>(OwnedTask<TTask> task, IReadOnlySet<string> reported, long epoch, long fence = 0)
        where TTask : class, IOwnedTask<TTask>
    {
        List<string>? missing = null;
        foreach (var taskId in task.State.LiveTaskIds)
        {
            if (!reported.Contains(taskId))
                (missing ??= []).Add(taskId);
        }
        if (missing is null)
            return new(TaskPresence.Present, []);
        if (epoch > 0 && task.LaunchNumber > 0 && task.LaunchNumber < fence)
            return new(TaskPresence.Lost, missing);
        if (task.LaunchEpoch == OwnedTask<TTask>.Launching)
            return new(TaskPresence.Launching, missing);
        // What was sent on this very session is not in the report yet.
        return epoch > 0 && task.LaunchEpoch < epoch ? new(TaskPresence.Lost, missing) : new(TaskPresence.Sent, missing);
    }

    /// <summary>The volumes that an agent has in the owner's name and that none of the owner's records on it has any more: they would take room for ever.</summary>
    public static ValueList<string> UnknownVolumes<TTask>(IEnumerable<OwnedTask<TTask>> onAgent, ValueList<string> reported)
        where TTask : class, IOwnedTask<TTask>
    {
        if (reported.IsEmpty)
            return default;
        var known = onAgent.SelectMany(task => task.State.Volumes).ToHashSet(StringComparer.Ordinal);
        return reported.Where(volume => !known.Contains(volume)).ToValueList();
    }
}
