using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Grains.Agents;

/// <content>
/// Containers of operators, without a task. The agent runs them as tasks that nobody owns and whose end nobody acknowledges but who removes them: so it is the
/// agent that keeps all there is to know of them, through every restart.
/// </content>
public sealed partial class AgentGrain
{
    private const int SigKill = 9;

    // The ends of so many are kept.
    private const int MostEndedContainers = 1_000;

    private TaskCompletionSource _containerChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsInUse => _tasks.Alive > _tasks.Of(TaskOwners.Operator).Count(task => !task.Status.State.IsTerminal());

    /// <inheritdoc/>
    public async Task<ContainerReply> LaunchContainerAsync(string container, TaskSpec task)
    {
        if (!HasSession)
            return new() { IsUnreachable = true };
        if (FindContainer(container) is { } known)
        {
            if (!known.State.IsTerminal())
                return new() { Status = known, IsKnown = true };
            await ForgetContainerAsync(container);
        }
        if (_tasks.Launch(task, time.GetUtcNow()))
        {
            _status = null;
            Send(new() { Launch = [task] });
        }
        return new() { Status = FindContainer(container) };
    }

    /// <inheritdoc/>
    public async Task<ContainerReply> WaitContainerAsync(string container, bool untilEnd, double seconds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        while (true)
        {
            var changed = _containerChanged.Task;
            var status = FindContainer(container);
            // What an agent has is known once it has said it.
            var isUnknown = status is null && _reregisteredAt is null;
            if (limit.IsCancellationRequested || (!isUnknown && (status is null || status.State.IsTerminal() || (!untilEnd && status.State == TaskState.Running))))
                return new() { Status = status, IsUnreachable = isUnknown };
            await changed.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <inheritdoc/>
    public async Task<ContainerReply> SignalContainerAsync(string container, int signal)
    {
        if (FindContainer(container) is not { } status || status.State.IsTerminal())
            return new() { IsUnreachable = !HasSession };
        // What does not run yet has no process to get it.
        if (signal == SigKill && status.State != TaskState.Running)
            await KillAsync([new() { TaskId = status.TaskId, Owner = status.Owner, GraceSeconds = 0 }]);
        else if (!HasSession)
            return new() { IsUnreachable = true };
        else
            Send(new() { Signals = [new(status.TaskId, signal)] });
        return new() { Status = status };
    }

    /// <inheritdoc/>
    public async Task<ContainerReply> RemoveContainerAsync(string container)
    {
        var status = FindContainer(container);
        if (status is null || !HasSession)
            return new() { IsUnreachable = !HasSession };
        if (status.State.IsTerminal())
            await ForgetContainerAsync(container);
        return new() { Status = status };
    }

    // Of a name one runs at most; the end of an earlier one may have come again.
    private TaskUpdate? FindContainer(string container) => StatusesOf(container).LastOrDefault();

    private List<TaskUpdate> StatusesOf(string container) => [.. _tasks.Of(TaskOwners.Operator).Where(task => TaskOwners.ContainerOf(task.Status.TaskId) == container)
        .OrderBy(task => !task.Status.State.IsTerminal()).ThenBy(task => task.StartedAt).Select(task => task.Status)];

    private Task ForgetContainerAsync(string container) => AcknowledgeAsync([.. StatusesOf(container).Where(status => status.State.IsTerminal()).Select(status => status.UpdateId)]);

    // Their ends stay with the agent until they are removed, or too many.
    private Task ContainersChangedAsync(ValueList<TaskUpdate> updates)
    {
        var told = updates.Where(update => !update.State.IsTerminal() && update.UpdateId.Length > 0).Select(update => update.UpdateId);
        var ended = _tasks.Of(TaskOwners.Operator).Where(task => task.Status.State.IsTerminal()).ToList();
        var oldest = ended.OrderBy(task => task.Status.Timestamp).Take(Math.Max(0, ended.Count - MostEndedContainers)).Select(task => task.Status.UpdateId);
        ChangedContainers();
        ValueList<string> acknowledged = [.. told, .. oldest];
        return acknowledged.IsEmpty ? Task.CompletedTask : AcknowledgeAsync(acknowledged);
    }

    private void ChangedContainers()
    {
        var changed = _containerChanged;
        _containerChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }
}
