using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Platform.Agent.Containerizers;
using Platform.Agent.Sandboxes;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>All tasks of one agent: it takes launches, kills and acknowledgements, and nothing in it is lost with the agent's process.</summary>
internal sealed partial class TaskTable
{
    private static readonly string[] Kinds = [ResourceNames.Cpus, ResourceNames.Mem, ResourceNames.Disk, ResourceNames.Gpus];

    private readonly ConcurrentDictionary<string, AgentTask> _tasks = new(StringComparer.Ordinal);
    private readonly TaskServices _services;
    private readonly SandboxCollector _collector;
    private readonly Resources _total;
    private readonly Lock _admission = new();
    private readonly TaskGroups _groups;

    /// <param name="services">What tasks share.</param>
    /// <param name="collector">Told of sandboxes that are not used any more.</param>
    /// <param name="total">What this agent has.</param>
    public TaskTable(TaskServices services, SandboxCollector collector, Resources total)
    {
        _services = services;
        _collector = collector;
        _total = total;
        _groups = new(services, () => Tasks, taskId => _tasks.GetValueOrDefault(taskId), FindEnded);
    }

    /// <summary>The tasks whose end was not acknowledged.</summary>
    public IEnumerable<AgentTask> Tasks => _tasks.Select(t => t.Value);

    /// <summary>What a registration says.</summary>
    public ValueList<TaskReport> Report() => Tasks.Select(t => t.Report).OrderBy(t => t.Status.TaskId, StringComparer.Ordinal).ToValueList();

    /// <summary>Takes up what an earlier run of the agent left.</summary>
    public void Recover()
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(_services.Work.Tasks))
        {
            if (Load(file) is not { } task)
                continue;
            var pending = _services.Outbox.IsPending(task.Status.UpdateId);
            if (task.Status.State.IsTerminal() && !pending)
            {
                // The agent died between the acknowledgement and the tidying up.
                Forget(task.Spec.TaskId, task.Status);
                continue;
            }
            kept.Add(Path.GetFileName(file));
            Add(task);
        }
        foreach (var taskId in _services.Journal.Tasks())
        {
            if (!_tasks.ContainsKey(taskId) && _services.Journal.Latest(taskId) is { } latest && !_services.Outbox.IsPending(latest.UpdateId))
                _services.Journal.Forget(taskId);
        }
        foreach (var containerizer in _services.Containerizers.All)
            containerizer.CollectAsync(() => new LiveTasks(kept, Tasks.Select(task => task.Spec.Group).OfType<string>().ToHashSet(StringComparer.Ordinal)), CancellationToken.None).GetAwaiter().GetResult();
        try
        {
            TaskSecrets.RemoveOthers(kept, _services.Work);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _services.Logger.LogWarning("Secrets of tasks that are gone could not be removed: {Reason}", e.Message);
        }
        _services.Identities.RemoveOthers(_tasks.Keys);
        _services.Logger.LogInformation("Recovered {Tasks} tasks and {Updates} unacknowledged updates", _tasks.Count, _services.Outbox.Count);
        _groups.Recover();
        GiveToExecutors([.. Tasks.Where(task => !task.Status.State.IsTerminal())]);
        foreach (var task in Tasks.Where(t => !t.Status.State.IsTerminal()).ToList())
            _ = Task.Run(() => _groups.RunAsync(task));
        // Their last task may have ended, or its end been ordered, as the agent died.
        foreach (var holder in Tasks.Where(task => task.Spec.Executor is { IsDefault: true } && !task.Status.State.IsTerminal()).ToList())
        {
            if (holder.Ordered is { } order)
                KillHeld(holder, order);
            else
                EndIfIdle(holder.Spec.TaskId);
        }
    }

    /// <summary>Removes what is left of tasks that are over.</summary>
    public async Task CollectAsync(CancellationToken cancellation)
    {
        foreach (var containerizer in _services.Containerizers.All)
            await containerizer.CollectAsync(Live, cancellation).ConfigureAwait(false);

        LiveTasks Live()
        {
            var live = Tasks.Where(task => !task.Over.IsCompleted).ToList();
            return new(live.Select(task => TaskDirectoryName.Of(task.Spec.TaskId)).ToHashSet(StringComparer.Ordinal), live.Select(task => task.Spec.Group).OfType<string>().ToHashSet(StringComparer.Ordinal));
        }
    }

    /// <summary>Removes the images that no task uses, but for these.</summary>
    public void Prune(IReadOnlyCollection<string> excluded)
    {
        foreach (var containerizer in _services.Containerizers.All)
            containerizer.Prune(excluded);
    }

    /// <summary>Starts tasks, those of a group all or none. One that is known already only gets its state reported again.</summary>
    public void Launch(IEnumerable<TaskSpec> specs)
    {
        foreach (var group in specs.GroupBy(spec => spec.Group ?? spec.TaskId, StringComparer.Ordinal))
        {
            var accepted = Accept([.. group]);
            GiveToExecutors(accepted);
            foreach (var task in accepted)
            {
                _services.Logger.LogDebug("Task {TaskId} of {Owner} accepted", task.Spec.TaskId, task.Spec.Owner);
                _ = Task.Run(() => _groups.RunAsync(task));
            }
            // None of them may have been taken.
            foreach (var holder in group.Select(spec => spec.HeldBy).OfType<string>().Distinct(StringComparer.Ordinal))
                EndIfIdle(holder);
        }
    }

    /// <summary>A default executor ends when nothing is in it any more.</summary>
    private void EndIfIdle(string holderId)
    {
        lock (_admission)
        {
            if (Find(holderId) is { } holder && !Tasks.Any(task => task.Spec.HeldBy == holderId && !task.Status.State.IsTerminal()))
                holder.Tell(update => update with { State = TaskState.Finished, ExitStatus = 0 });
        }
    }

    // It has nothing of its own to end but its tasks.
    private void KillHeld(AgentTask holder, KillOrder order)
    {
        foreach (var task in Tasks.Where(task => task.Spec.HeldBy == holder.Spec.TaskId).ToList())
            task.Kill(order with { GraceSeconds = Math.Min(order.GraceSeconds, task.Spec.KillGraceSeconds) });
        EndIfIdle(holder.Spec.TaskId);
    }

    private List<AgentTask> Accept(IReadOnlyList<TaskSpec> specs)
    {
        lock (_admission)
        {
            var fresh = specs.Where(spec => !AnswerKnown(spec)).ToList();
            var accepted = new List<AgentTask>(fresh.Count);
            for (var i = 0; i < fresh.Count; i++)
            {
                if (Refusal(fresh[i], fresh.Take(i)) is { } refusal)
                {
                    Refuse(fresh, refusal);
                    return accepted;
                }
            }
            foreach (var spec in fresh)
            {
                try
                {
                    var task = AgentTask.Accept(spec, _services);
                    Add(task);
                    accepted.Add(task);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    _services.Logger.LogError("Task {TaskId} cannot be written down: {Reason}", spec.TaskId, e.Message);
                    var failure = Answer(spec, TaskState.Failed, TaskReasons.LaunchFailed, $"The task could not be written to the agent's disk: {e.Message}");
                    foreach (var task in accepted)
                        task.Kill(_groups.KillBecauseOf(task, spec.TaskId));
                    Refuse(fresh.Skip(accepted.Count), failure);
                    break;
                }
            }
            return accepted;
        }
    }

    private void GiveToExecutors(IEnumerable<AgentTask> tasks)
    {
        foreach (var given in tasks.Where(task => task.Spec.RunsIn is not null).GroupBy(task => (task.Spec.RunsIn, task.Spec.Group ?? task.Spec.TaskId)))
        {
            if (_services.Executors.Give([.. given]))
                continue;
            // It ended just now, or while the agent was away.
            var last = Find(given.Key.RunsIn!)?.Status ?? Answer(given.First().Spec, TaskState.Failed, TaskReasons.ExecutorTerminated, "");
            var (state, reason, message) = ExecutorTasks.EndOf(last);
            foreach (var task in given)
                task.Tell(update => update with { State = state, Reason = reason, Message = message });
        }
    }

    private bool AnswerKnown(TaskSpec spec)
    {
        if (_tasks.TryGetValue(spec.TaskId, out var known))
        {
            if (known.Status.State != TaskState.Staging)
                _services.Outbox.Add(known.Status with { Timestamp = _services.Time.GetUtcNow() });
            return true;
        }
        if (FindEnded(spec.TaskId) is not { } ended)
            return false;
        _services.Outbox.Add((ended.TaskId.Length > 0 ? ended : Answer(spec, TaskState.Lost, TaskReasons.Reconciliation, "The task ran on this agent before and has ended"))
            with { Timestamp = _services.Time.GetUtcNow() });
        return true;
    }

    // A group that cannot be started as a whole is not started at all.
    private void Refuse(IEnumerable<TaskSpec> specs, TaskUpdate refusal)
    {
        _services.Logger.LogWarning("Task {TaskId} is refused: {Reason}", refusal.TaskId, refusal.Message);
        _services.Outbox.Add(refusal);
        foreach (var spec in specs)
        {
            if (spec.TaskId != refusal.TaskId)
                _services.Outbox.Add(Answer(spec, TaskState.Dropped, refusal.Reason == TaskReasons.PortInUse ? refusal.Reason : TaskReasons.GroupEnded, $"Task {refusal.TaskId} of the same group was refused"));
        }
    }

    /// <summary>Ends a task. One that is not known is reported as lost.</summary>
    public void Kill(TaskKill kill)
    {
        if (!_tasks.TryGetValue(kill.TaskId, out var task))
        {
            _services.Outbox.Add(new TaskUpdate
            {
                TaskId = kill.TaskId,
                Owner = kill.Owner,
                State = TaskState.Lost,
                Reason = TaskReasons.Reconciliation,
                Message = "The agent does not know this task",
                Timestamp = _services.Time.GetUtcNow(),
            });
            return;
        }
        var order = new KillOrder
        {
            Reason = kill.Reason,
            GraceSeconds = Math.Max(0, kill.GraceSeconds ?? task.Spec.KillGraceSeconds),
            At = _services.Time.GetUtcNow(),
        };
        task.Kill(order);
        if (task.Spec.Executor?.IsDefault == true)
            KillHeld(task, order);
    }

    /// <summary>Gives a task that runs new values of its secrets. One that is not here is no matter: its owner hears of that otherwise.</summary>
    public void RenewSecrets(SecretRenewal renewal)
    {
        if (_tasks.TryGetValue(renewal.TaskId, out var task))
            _ = Task.Run(() => task.RenewSecretsAsync(renewal));
    }

    /// <summary>The owner has persisted an update; with the last one of a task the agent's duty ends.</summary>
    public void Acknowledge(string updateId)
    {
        if (_services.Outbox.Acknowledge(updateId) is { } update && update.State.IsTerminal())
            Forget(update.TaskId, update);
    }

    /// <summary>A task whose end was not acknowledged; null: there is none of this id.</summary>
    public AgentTask? Find(string taskId) => _tasks.GetValueOrDefault(taskId);

    /// <summary>The sandbox of a task, whether it runs or not; null if there never was one.</summary>
    public string? FindSandbox(string taskId)
    {
        var sandbox = _services.Work.Sandbox(taskId);
        return Directory.Exists(sandbox) ? sandbox : null;
    }

    private void Add(AgentTask task)
    {
        task.Ended += _groups.OnEnded;
        if (task.Spec.HeldBy is { } holder && !task.Status.State.IsTerminal())
        {
            task.Ended += (_, _) => EndIfIdle(holder);
            Directory.CreateDirectory(Path.Combine(_services.Work.Sandbox(holder), "tasks", task.FrameworkTaskId));
        }
        if (task.Spec.Executor is { IsDefault: false } && !task.Status.State.IsTerminal())
            _services.Executors.Add(task);
        _tasks[task.Spec.TaskId] = task;
    }

    private TaskUpdate? Refusal(TaskSpec spec, IEnumerable<TaskSpec> before)
    {
        if ((spec.RunsIn ?? spec.HeldBy) is { } executor)
        {
            if (Find(executor) is not { KillOrdered.IsCompleted: false } there || there.Status.State.IsTerminal())
                return Answer(spec, TaskState.Dropped, TaskReasons.ExecutorTerminated, "Its executor is terminating or has terminated");
        }
        if (spec.RunsIn is not null || spec.Executor is { IsDefault: true })
        {
            // The agent starts nothing for it.
        }
        else if (_services.Containerizers.Find(spec) is not { } containerizer)
        {
            return Answer(spec, TaskState.Error, TaskReasons.Invalid, $"This agent does not offer the {ContainerizerTable.NameFor(spec)} containerizer");
        }
        else if (containerizer.Refusal(spec) is { } problem)
        {
            return Answer(spec, TaskState.Error, TaskReasons.Invalid, problem);
        }
        var live = Tasks.Where(t => !t.Status.State.IsTerminal()).ToList();
        foreach (var port in spec.Resources.Ports.Numbers())
        {
            if (live.Find(t => t.Spec.Resources.Ports.Contains(port)) is { } holder)
                return Answer(spec, TaskState.Dropped, TaskReasons.InsufficientResources, $"Port {port} is held by task {holder.Spec.TaskId} still");
        }
        if (!_total.Ports.Contains(spec.Resources.Ports))
            return Answer(spec, TaskState.Dropped, TaskReasons.InsufficientResources, $"This agent does not have the ports {spec.Resources.Ports}");
        if (TaskPorts.Obstacle(spec) is { } obstacle)
            return Answer(spec, TaskState.Dropped, TaskReasons.PortInUse, obstacle);
        var needed = spec.Held.NonRevocable();
        var ofGroup = before.Select(other => other.Held.NonRevocable()).ToList();
        foreach (var name in Kinds)
        {
            var held = live.Sum(t => t.Held.Milli(name)) + ofGroup.Sum(other => other.Milli(name));
            var wanted = needed.Milli(name);
            if (wanted > 0 && held + wanted > _total.Milli(name))
            {
                return Answer(spec, TaskState.Dropped, TaskReasons.InsufficientResources,
                    $"The task needs {ScalarValue.Format(wanted)} {name}, and {ScalarValue.Format(_total.Milli(name) - held)} of {ScalarValue.Format(_total.Milli(name))} are free");
            }
        }
        return null;
    }

    private void Forget(string taskId, TaskUpdate last)
    {
        _services.Journal.Forget(taskId);
        var known = _tasks.TryRemove(taskId, out var task);
        task?.Dispose();
        if (task is not null)
            _groups.Leave(task.Spec);
        if (known || File.Exists(_services.Work.TaskFile(taskId)))
            Archive(_services.Work.TaskFile(taskId), last);
    }

    private TaskUpdate Answer(TaskSpec spec, TaskState state, string reason, string message) => new()
    {
        TaskId = spec.TaskId,
        Owner = spec.Owner,
        State = state,
        Reason = reason,
        Message = message,
        Timestamp = _services.Time.GetUtcNow(),
    };
}
