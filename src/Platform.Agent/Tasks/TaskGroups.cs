using Microsoft.Extensions.Logging;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Tasks that belong together: they wait for each other at the start, and the end of one may be the end of all.</summary>
/// <param name="services">What tasks share.</param>
/// <param name="tasks">The tasks whose end was not acknowledged.</param>
/// <param name="find">One of those, by its id.</param>
/// <param name="findEnded">How a task ended whose end was acknowledged; null: not known.</param>
internal sealed class TaskGroups(TaskServices services, Func<IEnumerable<AgentTask>> tasks, Func<string, AgentTask?> find, Func<string, TaskUpdate?> findEnded)
{
    private readonly Lock _leaving = new();

    /// <summary>Runs a task, or goes on with it, once those that must have succeeded before have.</summary>
    public async Task RunAsync(AgentTask task)
    {
        // What has begun already need not wait any more.
        if (!task.Spec.StartsAfter.IsEmpty && task.Status.State == TaskState.Staging)
        {
            // Other instances of its pod are to run the same image and shall not have to wait until it may start.
            task.FindImage();
            if (!await MayStartAsync(task).ConfigureAwait(false))
                return;
        }
        await task.RunAsync(task.Spec.Group is { } group ? new TaskGroup([.. Of(group).Select(one => one.Spec)], () => IsLastToLeave(task, group)) : null).ConfigureAwait(false);
    }

    /// <summary>Ends the others of a task's group if its end means that.</summary>
    public void OnEnded(AgentTask ended, TaskUpdate update)
    {
        if (ended.Spec.Group is not { } group)
            return;
        var rest = Of(group).Where(task => task != ended && !task.Status.State.IsTerminal()).ToList();
        var ends = ended.Spec.EndsGroup switch
        {
            TaskGroupEnd.Always => true,
            TaskGroupEnd.OnFailure => update.State != TaskState.Finished,
            _ => false,
        };
        if (!ends && rest.Exists(task => task.Spec.EndsGroup != TaskGroupEnd.Never))
            return;
        foreach (var task in rest)
            task.Kill(KillBecauseOf(task, ended.Spec.TaskId));
    }

    /// <summary>Carries out what an earlier run of the agent may not have come to, and removes what nobody shares any more.</summary>
    public void Recover()
    {
        var known = tasks().ToList();
        foreach (var task in known.Where(task => task.Status.State.IsTerminal()))
            OnEnded(task, task.Status);
        var shared = known.Select(task => services.Work.GroupFolder(task.Spec.SharesWith)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(services.Work.Groups).Where(folder => !shared.Contains(folder)).ToList())
            Remove(folder);
    }

    /// <summary>A task is forgotten; with the last of those that it shared a folder with goes the folder.</summary>
    public void Leave(TaskSpec spec)
    {
        if (!tasks().Any(task => task.Spec.SharesWith == spec.SharesWith))
            Remove(services.Work.GroupFolder(spec.SharesWith));
    }

    /// <summary>The order to end a task because another one of its group ended.</summary>
    public KillOrder KillBecauseOf(AgentTask task, string endedTaskId) => new()
    {
        Reason = TaskReasons.GroupEnded,
        Message = $"Task {endedTaskId} of the same group ended",
        GraceSeconds = task.Spec.KillGraceSeconds,
        At = services.Time.GetUtcNow(),
    };

    // Of two that leave at the same moment one is the last.
    private bool IsLastToLeave(AgentTask task, string group)
    {
        lock (_leaving)
        {
            task.HasLeft = true;
            return Of(group).All(one => one.HasLeft || one.Status.State.IsTerminal());
        }
    }

    private IEnumerable<AgentTask> Of(string group) => tasks().Where(task => task.Spec.Group == group);

    /// <summary>Waits; a task that is ordered to end meanwhile is let through, to end. False: the agent stops.</summary>
    private async Task<bool> MayStartAsync(AgentTask task)
    {
        foreach (var id in task.Spec.StartsAfter.ToArray())
        {
            var earlier = find(id);
            if (earlier is not null)
            {
                try
                {
                    await Task.WhenAny(earlier.Over, task.KillOrdered).WaitAsync(services.Stopping).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return false;
                }
            }
            if (task.KillOrdered.IsCompleted)
                return true;
            var end = earlier?.Status.State ?? findEnded(id)?.State;
            if (end == TaskState.Finished)
                continue;
            services.Logger.LogWarning("Task {TaskId} is not started: {Earlier}, which must succeed before, ended as {State}", task.Spec.TaskId, id, end);
            task.Kill(KillBecauseOf(task, id));
            return true;
        }
        return true;
    }

    private void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            services.Logger.LogWarning("The shared directory {Folder} of a group that is over could not be removed: {Reason}", folder, e.Message);
        }
    }
}
