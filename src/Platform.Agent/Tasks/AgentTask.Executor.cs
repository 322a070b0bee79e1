using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>A task that an executor of a framework runs, and one that is such an executor.</content>
internal sealed partial class AgentTask
{
    /// <summary>The framework's name for a task that an executor runs.</summary>
    public string FrameworkTaskId => _frameworkTaskId ??= Wire.TaskInfo.Parser.ParseFrom(Spec.Definition!).TaskId.Value;

    /// <summary>What its executor says of it, or what follows from the executor's end. It is written down when this returns.</summary>
    public void Tell(Func<TaskUpdate, TaskUpdate> change)
    {
        Publish(change);
        if (Status.State.IsTerminal())
            _told.TrySetResult();
    }

    // Its executor has it, or will have it: nothing is started for it.
    private async Task<TaskUpdate> RunInExecutorAsync()
    {
        if (_kill is not null)
            _killOrdered.TrySetResult();
        if (await Task.WhenAny(_told.Task, _killOrdered.Task).WaitAsync(_services.Stopping).ConfigureAwait(false) != _told.Task)
            _services.Executors.Kill(this);
        await _told.Task.WaitAsync(_services.Stopping).ConfigureAwait(false);
        return Status;
    }

    // A default executor is there as long as it has tasks.
    private async Task<TaskUpdate> HoldAsync()
    {
        Directory.CreateDirectory(_sandbox);
        if (Status.State == TaskState.Staging)
            Publish(update => update with { State = TaskState.Running });
        await _told.Task.WaitAsync(_services.Stopping).ConfigureAwait(false);
        return Status;
    }

    // An executor that does not subscribe is of no use.
    private ITimer? LimitRegistration(bool isRecovered)
    {
        if (Spec.Executor is null)
            return null;
        var settings = _services.Executors.Settings;
        var limit = isRecovered ? settings.ReregistrationTimeout : settings.RegistrationTimeout;
        return _services.Time.CreateTimer(_ =>
        {
            if (_services.Executors.HasSubscribed(Spec.TaskId))
                return;
            Kill(new KillOrder
            {
                State = TaskState.Failed,
                Reason = isRecovered ? TaskReasons.ExecutorReregistrationTimeout : TaskReasons.ExecutorRegistrationTimeout,
                Message = $"Executor did not {(isRecovered ? "re-register" : "register")} within {limit.TotalSeconds:0.###}secs",
                At = _services.Time.GetUtcNow(),
            });
        }, null, limit, Timeout.InfiniteTimeSpan);
    }
}
