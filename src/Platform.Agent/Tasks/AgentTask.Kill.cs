using Microsoft.Extensions.Logging;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>How a task is made to end, and what is cleaned up after it.</content>
internal sealed partial class AgentTask
{
    private static readonly TimeSpan KillRepeat = TimeSpan.FromMilliseconds(100);

    /// <summary>Pre-stop hook, SIGTERM to the group, the rest of the grace, SIGKILL to everything.</summary>
    private async Task KillAsync(ProcessIdentity process)
    {
        Publish(u => u with { State = TaskState.Killing, Reason = _kill!.Reason, Message = _kill.Message });
        var ended = _supervision!.Ended.WaitAsync(_services.Stopping);
        var deadline = Deadline();
        if (Spec.PreStop is { } hook)
            await Task.WhenAny(RunHookAsync(hook), ended, deadline).ConfigureAwait(false);
        if (!deadline.IsCompleted && process.IsAlive)
            _ = Libc.Kill(-process.Pid, Libc.SigTerm);
        await Task.WhenAny(ended, deadline).ConfigureAwait(false);
        while (!ended.IsCompleted)
        {
            KillEverything(process);
            await Task.WhenAny(ended, Task.Delay(KillRepeat, _services.Time)).ConfigureAwait(false);
        }
    }

    private Task Deadline()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _killDeadline.Token.Register(() => reached.TrySetResult());
        return reached.Task;
    }

    private async Task RunHookAsync(CommandSpec hook)
    {
        var run = new CommandRun(_services.Watcher)
        {
            Command = TaskEnvironment.Command(hook),
            Environment = VariablesOf(null),
            Folder = _sandbox,
            User = (hook.User ?? Spec.Command.User) is { } name ? UserAccount.Find(name) : null,
            JoinFiles = [.. _cgroup.JoinFiles],
        };
        var exit = await run.RunAsync(_killDeadline.Token).ConfigureAwait(false);
        if (exit != 0)
            _services.Logger.LogWarning("The pre-stop hook of {TaskId} did not succeed: exit status {Status}", Spec.TaskId, exit);
    }

    private void KillEverything(ProcessIdentity process)
    {
        if (process.IsAlive)
        {
            _ = Libc.Kill(-process.Pid, Libc.SigKill);
            _ = Libc.Kill(process.Pid, Libc.SigKill);
        }
        _cgroup.KillAll();
        if (_cgroup.Folders.Count == 0)
        {
            foreach (var entry in Relatives(process))
                _ = Libc.Kill(entry.Pid, Libc.SigKill);
        }
    }

    /// <summary>
    /// What the task has left behind: nothing where the compiled supervisor did its work, else whatever is in its cgroup or belongs
    /// to it. Its ports and files are free only when that is gone too.
    /// </summary>
    private async Task KillLeftoversAsync(ShimStatus end)
    {
        if (end.Task is not { } process)
            return;
        if (_cgroup.Folders.Count > 0)
        {
            // A group that can be removed is empty, and one that is empty can be: most often that is all there is to do.
            while (true)
            {
                if (_cgroup.TryRemove())
                {
                    _cgroup = TaskCgroup.None;
                    return;
                }
                if (_cgroup.KillAll() == 0)
                    return;
                await Task.Delay(5).ConfigureAwait(false);
            }
        }
        if (_services.Shims.KillsStrays && end.IsEnd)
            return;
        for (var left = Relatives(process); left.Count > 0; left = Relatives(process))
        {
            foreach (var entry in left)
                _ = Libc.Kill(entry.Pid, Libc.SigKill);
            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    private List<ProcessEntry> Relatives(ProcessIdentity process)
    {
        var shim = _supervision!.Status.Shim is { IsAlive: true } alive ? alive.Pid : 0;
        return ProcessTable.OfTask(process.Pid, shim, TaskEnvironment.Mark(Spec.TaskId));
    }

    /// <summary>Gives back what the task had of the machine, but for its sandbox.</summary>
    private async Task ReleaseAsync()
    {
        const int Attempts = 100;
        for (var i = 0; i < Attempts && !_cgroup.TryRemove(); i++)
            await Task.Delay(5).ConfigureAwait(false);
        _cgroup = TaskCgroup.None;
        _process = default;
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
