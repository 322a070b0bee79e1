using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>How reports about containers change the instance of a pod. Rollouts, backoff and kill selection then see it as the instance of any app.</summary>
public static class PodTransitions
{
    // The first that a container is in is what the instance is (Marathon, Instance.InstanceState.conditionHierarchy).
    private static readonly TaskState[] Ends =
    [
        TaskState.Error, TaskState.Failed, TaskState.Gone, TaskState.GoneByOperator, TaskState.Lost, TaskState.Dropped, TaskState.Killed, TaskState.Finished,
    ];

    /// <summary>The containers of an instance that has just been placed.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="incarnation">1 for its first tasks.</param>
    /// <param name="now">The instant.</param>
    public static ValueList<PodContainerState> Stage(AppTarget target, string instanceId, int incarnation, DateTimeOffset now)
    {
        if (target.Spec.Pod is not { } pod)
            return default;
        var containers = new PodContainerState[pod.Containers.Count];
        for (var i = 0; i < containers.Length; i++)
        {
            var spec = pod.Containers[i];
            containers[i] = new()
            {
                Name = spec.Name,
                TaskId = InstanceIds.ContainerTask(instanceId, spec.Name, incarnation),
                State = TaskState.Staging,
                Since = now,
                HasHealthCheck = HasHealthCheck(spec),
                Ends = EndOf(spec, target.Spec.Extension?.RunOnce == true),
            };
        }
        return ValueList.Create<PodContainerState>(containers);
    }

    /// <summary>True if some container's health counts for its instance. One that has to end before the others begin has none.</summary>
    public static bool HasHealthChecks(PodSpec pod) => pod.Containers.Any(HasHealthCheck);

    /// <summary>What the end of a container means for its instance.</summary>
    public static TaskGroupEnd EndOf(PodContainerSpec container, bool runOnce) => container.Role switch
    {
        PodContainerRole.Init => TaskGroupEnd.OnFailure,
        PodContainerRole.Sidecar => TaskGroupEnd.Never,
        _ => runOnce ? TaskGroupEnd.OnFailure : TaskGroupEnd.Always,
    };

    /// <summary>The instance after a report about one of its tasks, or (with the id of its place) about all of them.</summary>
    /// <remarks>An end that ends the instance dooms it: what still runs is to be killed. What it ended of stays on record for <see cref="Verdict"/>.</remarks>
    public static InstanceState Apply(InstanceState instance, TaskUpdate update)
    {
        var containers = instance.Containers.Select(container => Concerns(container, instance, update) ? Apply(container, update) : container).ToValueList();
        var after = instance with { Containers = containers };
        if (!after.Doomed && EndOf(after, update) is { } ended)
        {
            after = after with
            {
                EndedBy = ended.LastStatus,
                Goal = instance.Volumes.IsEmpty ? InstanceGoal.Decommissioned : InstanceGoal.Stopped,
                KillReason = $"its container {ended.Name} ended",
            };
        }
        var state = StateOf(after);
        var healthy = HealthOf(after, state);
        var unreachable = state == TaskState.Unreachable;
        return after with
        {
            State = state,
            Since = state == instance.State && healthy == instance.Healthy ? instance.Since : update.Timestamp,
            StartedAt = instance.StartedAt ?? (state == TaskState.Running ? update.Timestamp : null),
            UnreachableSince = unreachable ? instance.UnreachableSince ?? update.Timestamp : null,
            Healthy = healthy,
            LastStatus = update,
        };
    }

    /// <summary>True if a report says nothing that the instance does not know, or is older than what it knows.</summary>
    public static bool IsStale(InstanceState instance, TaskUpdate update)
    {
        foreach (var container in instance.Containers)
        {
            if (Concerns(container, instance, update) && !IsStale(container, update))
                return false;
        }
        return true;
    }

    /// <summary>The containers that a report has changed, before and after it, each as if it were an app's instance of its own.</summary>
    public static IReadOnlyList<(InstanceState Before, InstanceState After)> ChangedTasks(InstanceState before, InstanceState after)
    {
        var changed = new List<(InstanceState, InstanceState)>(1);
        for (var i = 0; i < after.Containers.Count; i++)
        {
            if (!ReferenceEquals(before.Containers[i], after.Containers[i]))
                changed.Add((AsInstance(before, before.Containers[i]), AsInstance(after, after.Containers[i])));
        }
        return changed;
    }

    /// <summary>How the end of an instance is to be judged: the report that it ended of, and the instance as it was asked to run until then.</summary>
    /// <param name="ended">The instance with no live container.</param>
    /// <param name="update">The last report.</param>
    public static (InstanceState Instance, TaskUpdate Update) Verdict(InstanceState ended, TaskUpdate update)
    {
        if (ended.EndedBy is null)
            return (ended, update with { State = ended.State });
        // The agent may have told of those that it ended before it told of the one that was first.
        var cause = ended.EndedBy.Reason != TaskReasons.GroupEnded
            ? ended.EndedBy
            : ended.Containers.Select(container => container.LastStatus).OfType<TaskUpdate>()
                .Where(status => status.Reason != TaskReasons.GroupEnded && status.State is not (TaskState.Finished or TaskState.Killed))
                .MinBy(status => status.Timestamp) ?? ended.EndedBy;
        return (ended with { Goal = InstanceGoal.Running }, cause);
    }

    private static InstanceState AsInstance(InstanceState instance, PodContainerState container) =>
        instance with { TaskId = container.TaskId, State = container.State, Healthy = container.Healthy, LastStatus = container.LastStatus };

    private static bool HasHealthCheck(PodContainerSpec container) => container.HealthCheck is not null && container.Role != PodContainerRole.Init;

    private static bool Concerns(PodContainerState container, InstanceState instance, TaskUpdate update) =>
        container.IsLive && (update.TaskId == container.TaskId || update.TaskId == instance.TaskId);

    private static bool IsStale(PodContainerState container, TaskUpdate update) => container.LastStatus is { } last && update.IsOutrunBy(last);

    private static PodContainerState Apply(PodContainerState container, TaskUpdate update) => container with
    {
        State = update.State,
        Since = container.State == update.State ? container.Since : update.Timestamp,
        StartedAt = container.StartedAt ?? (update.State == TaskState.Running ? update.Timestamp : null),
        // A report without an opinion does not take the last one back; one of a task that ended or is out of reach does.
        Healthy = update.State == TaskState.Running ? update.Healthy ?? container.Healthy : null,
        LastStatus = update.TaskId == container.TaskId ? update : update with { TaskId = container.TaskId },
    };

    /// <summary>The container whose end, just told, ends the instance; null if it goes on.</summary>
    private static PodContainerState? EndOf(InstanceState instance, TaskUpdate update)
    {
        if (!update.State.IsTerminal())
            return null;
        PodContainerState? told = null;
        var goesOn = false;
        foreach (var container in instance.Containers)
        {
            goesOn |= container.IsLive && container.Ends != TaskGroupEnd.Never;
            if (container.IsLive)
                continue;
            var concerned = update.TaskId == container.TaskId || update.TaskId == instance.TaskId;
            if (concerned && (container.Ends == TaskGroupEnd.Always || (container.Ends == TaskGroupEnd.OnFailure && container.State != TaskState.Finished)))
                return container;
            if (concerned)
                told = container;
        }
        return goesOn ? null : told;
    }

    private static TaskState StateOf(InstanceState instance)
    {
        var live = 0;
        var rank = 0;
        foreach (var container in instance.Containers)
        {
            if (!container.IsLive)
                continue;
            live++;
            rank = Math.Max(rank, RankOf(container.State));
        }
        if (live == 0)
            return EndState(instance);
        if (rank == RankOf(TaskState.Unreachable))
            return TaskState.Unreachable;
        if (instance.EndedBy is not null)
            return TaskState.Killing;
        return rank switch { 3 => TaskState.Killing, 2 => TaskState.Staging, 1 => TaskState.Starting, _ => TaskState.Running };
    }

    private static int RankOf(TaskState state) => state switch
    {
        TaskState.Unreachable => 4,
        TaskState.Killing => 3,
        TaskState.Staging => 2,
        TaskState.Starting => 1,
        _ => 0,
    };

    // Sidecars are ended with the instance and say nothing of how it went.
    private static TaskState EndState(InstanceState instance)
    {
        if (instance.EndedBy is not null)
            return Verdict(instance, instance.EndedBy).Update.State;
        var worst = Ends.Length - 1;
        var counted = false;
        foreach (var container in instance.Containers)
        {
            if (container.Ends == TaskGroupEnd.Never)
                continue;
            counted = true;
            worst = Math.Min(worst, Array.IndexOf(Ends, container.State));
        }
        return counted ? Ends[Math.Max(0, worst)] : instance.Containers[^1].State;
    }

    private static bool? HealthOf(InstanceState instance, TaskState state)
    {
        if (!instance.HasHealthChecks || state != TaskState.Running)
            return null;
        bool? healthy = true;
        foreach (var container in instance.Containers)
        {
            if (!container.HasHealthCheck || !container.IsLive)
                continue;
            if (container.Healthy == false)
                return false;
            healthy = container.Healthy is null ? null : healthy;
        }
        return healthy;
    }
}
