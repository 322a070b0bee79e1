using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>How reports about its task and its agent change an instance.</summary>
public static class InstanceTransitions
{
    /// <summary>The instance after a report about its task.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="update">The report; in a pod about one task, or (with the id of the place) about all.</param>
    public static InstanceState Apply(InstanceState instance, TaskUpdate update)
    {
        if (instance.IsPod)
            return PodTransitions.Apply(instance, update);
        var unreachable = update.State == TaskState.Unreachable;
        var started = instance.StartedAt ?? (update.State == TaskState.Running ? update.Timestamp : null);
        return instance with
        {
            State = update.State,
            StartedAt = started,
            UnreachableSince = unreachable ? instance.UnreachableSince ?? update.Timestamp : null,
            // A report without an opinion does not take the last one back; one of a task that ended or is out of reach does.
            Healthy = update.State == TaskState.Running ? update.Healthy ?? instance.Healthy : null,
            Ready = instance.Ready || update.Ready == true,
            LastStatus = update,
        };
    }

    /// <summary>True if a report says nothing that the instance does not know, or is older than what it knows.</summary>
    public static bool IsStale(InstanceState instance, TaskUpdate update)
    {
        if (instance.IsPod)
            return PodTransitions.IsStale(instance, update);
        return instance.LastStatus is { } last && update.IsOutrunBy(last);
    }

    /// <summary>A parked instance that runs again: its next task.</summary>
    public static InstanceState Relaunch(InstanceState parked, InstanceState placed) => placed with
    {
        InstanceId = parked.InstanceId,
        Volumes = parked.Volumes,
        PlacedVolumes = parked.PlacedVolumes,
        StartedAt = null,
    };
}
