using Microsoft.Extensions.Logging;
using Platform.Agent.Containerizers;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>How a task is made to end, and what is cleaned up after it.</content>
internal sealed partial class AgentTask
{
    private static readonly TimeSpan KillRepeat = TimeSpan.FromMilliseconds(100);

    /// <summary>Pre-stop hook, the signal to stop, the rest of the grace, SIGKILL to everything.</summary>
    private async Task KillAsync(IContainer container)
    {
        Publish(u => u with { State = TaskState.Killing, Reason = _kill!.Reason, Message = _kill.Message });
        var ended = container.Ended.WaitAsync(_services.Stopping);
        var deadline = Deadline();
        if (Spec.PreStop is { } hook)
            await Task.WhenAny(RunHookAsync(container, hook), ended, deadline).ConfigureAwait(false);
        // An executor is asked on its stream, if it has one.
        if (!deadline.IsCompleted && !(Spec.Executor is not null && _services.Executors.Shutdown(Spec.TaskId)))
            container.Stop();
        await Task.WhenAny(ended, deadline).ConfigureAwait(false);
        while (!ended.IsCompleted)
        {
            container.Kill();
            await Task.WhenAny(ended, Task.Delay(KillRepeat, _services.Time)).ConfigureAwait(false);
        }
    }

    private Task Deadline()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _killDeadline.Token.Register(() => reached.TrySetResult());
        return reached.Task;
    }

    private async Task RunHookAsync(IContainer container, CommandSpec hook)
    {
        var exit = await container.RunAsync(hook, _killDeadline.Token).ConfigureAwait(false);
        if (exit != 0)
            _services.Logger.LogWarning("The pre-stop hook of {TaskId} did not succeed: exit status {Status}", Spec.TaskId, exit);
    }

    /// <summary>Gives back what the task had of the machine, but for its sandbox.</summary>
    private async Task ReleaseAsync()
    {
        _runs = false;
        if (_container is not null)
            await _container.DestroyAsync().ConfigureAwait(false);
        if (_group?.Leave() == true)
        {
            foreach (var containerizer in _services.Containerizers.All)
                await containerizer.LeaveGroupAsync(_group.Members).ConfigureAwait(false);
        }
        _services.Identities.End(Spec.TaskId);
        try
        {
            TaskSecrets.Remove(Spec, _services.Work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _services.Logger.LogWarning("Secrets of {TaskId} could not be removed: {Reason}", Spec.TaskId, e.Message);
        }
    }
}
