using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Grains.Agents;

/// <summary>The tasks of one agent, from their launch until the acknowledgement of their end.</summary>
internal sealed class AgentTaskTable
{
    private readonly Dictionary<string, TaskReport> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _byOwner = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ends = new(StringComparer.Ordinal);
    private readonly RecentIds _strays = new(1_024);
    private int _ended;

    /// <summary>The tasks that have not ended.</summary>
    public int Alive => _tasks.Count - _ended;

    /// <summary>All tasks.</summary>
    public IEnumerable<TaskReport> All => _tasks.Values;

    /// <summary>The owners of all tasks.</summary>
    public IEnumerable<string> Owners => _byOwner.Keys;

    /// <summary>The task, or null.</summary>
    public TaskReport? Find(string taskId) => _tasks.GetValueOrDefault(taskId);

    /// <summary>The tasks of one owner; of as many owners as there are tasks, each asks for its own.</summary>
    public ValueList<TaskReport> Of(string owner) => _byOwner.TryGetValue(owner, out var ids) ? ids.Select(id => _tasks[id]).ToValueList() : default;

    /// <summary>Whether the agent has lately said that a task is alive which it was not given, or whose end is acknowledged.</summary>
    public bool IsStray(string taskId) => _strays.Has(taskId);

    /// <summary>Takes what the agent reports in place of what was known.</summary>
    public void Replace(ValueList<TaskReport> reports)
    {
        Clear();
        foreach (var report in reports)
        {
            _tasks[report.Status.TaskId] = report;
            Join(report.Status.Owner, report.Status.TaskId);
            if (report.Status.State.IsTerminal())
            {
                _ended++;
                _ends[report.Status.UpdateId] = report.Status.TaskId;
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _tasks.Clear();
        _byOwner.Clear();
        _ends.Clear();
        _ended = 0;
    }

    /// <summary>Adds a task that is launched; false if it is there already.</summary>
    public bool Launch(TaskSpec task, DateTimeOffset now)
    {
        if (!_tasks.TryAdd(task.TaskId, TaskReport.Of(task, new() { TaskId = task.TaskId, Owner = task.Owner, State = TaskState.Staging, Timestamp = now }, now)))
            return false;
        Join(task.Owner, task.TaskId);
        return true;
    }

    /// <summary>Takes an update in; true if it ended the task.</summary>
    public bool Update(TaskUpdate update)
    {
        var ended = update.State.IsTerminal();
        if (!_tasks.TryGetValue(update.TaskId, out var task))
        {
            if (!ended)
                _strays.Add(update.TaskId);
            return false;
        }
        if (task.Status.State.IsTerminal())
        {
            if (ended)
                _ends[update.UpdateId] = update.TaskId;
            return false;
        }
        // It may have been told again, and come after what followed it. Only the agent's own clock counts.
        if (!ended && task.Status.UpdateId.Length > 0 && update.Timestamp < task.Status.Timestamp)
            return false;
        _tasks[update.TaskId] = task with { Status = update };
        if (update.Owner != task.Status.Owner)
        {
            Leave(task.Status.Owner, update.TaskId);
            Join(update.Owner, update.TaskId);
        }
        if (!ended)
            return false;
        _ended++;
        _ends[update.UpdateId] = update.TaskId;
        return true;
    }

    /// <summary>The owner has persisted an update; an ended task is forgotten.</summary>
    public void Acknowledge(string updateId)
    {
        if (!_ends.Remove(updateId, out var taskId) || !_tasks.Remove(taskId, out var task))
            return;
        _ended--;
        Leave(task.Status.Owner, taskId);
    }

    private void Join(string owner, string taskId)
    {
        if (!_byOwner.TryGetValue(owner, out var ids))
            _byOwner[owner] = ids = new(StringComparer.Ordinal);
        ids.Add(taskId);
    }

    private void Leave(string owner, string taskId)
    {
        if (_byOwner.TryGetValue(owner, out var ids) && ids.Remove(taskId) && ids.Count == 0)
            _byOwner.Remove(owner);
    }
}
