using System.Collections.Immutable;
using Platform.Core.Tasks;

namespace Platform.Core.Frameworks;

/// <summary>
/// The tasks of one executor, as its agent keeps them: which wait for the executor, which it has, and what follows from what happens.
/// Rules of Mesos' agent.
/// </summary>
public sealed class ExecutorTasks
{
    private readonly Dictionary<string, Entry> _tasks = new(StringComparer.Ordinal);
    private bool _hadTasks;
    private long _number;

    /// <summary>It has a stream.</summary>
    public bool IsSubscribed { get; private set; }

    /// <summary>It had a stream once.</summary>
    public bool HasSubscribed { get; private set; }

    /// <summary>How many tasks it has or waits for.</summary>
    public int Count => _tasks.Count;

    /// <summary>Tasks arrive, or are found again by an agent that was started anew.</summary>
    /// <param name="tasks">The framework's names of the tasks, and whether the executor has told of them already. Those of a group come together.</param>
    /// <param name="group">They are handed over as one; null: there is one.</param>
    public ImmutableArray<ExecutorStep> Add(IEnumerable<(string TaskId, bool IsTold)> tasks, string? group)
    {
        foreach (var (id, isTold) in tasks)
        {
            _hadTasks |= isTold;
            _tasks[id] = new(group, _number++) { IsTold = isTold, IsDelivered = isTold };
        }
        return IsSubscribed ? Deliver() : [];
    }

    /// <summary>
    /// The executor subscribes. It lists what it has and nobody has told it that the agent knows: what is not on that list, and what the agent has
    /// no word of, was lost on its way and is handed over again.
    /// </summary>
    /// <param name="unacknowledged">The tasks of which it has no acknowledged update.</param>
    public ImmutableArray<ExecutorStep> Subscribe(IEnumerable<string> unacknowledged)
    {
        IsSubscribed = HasSubscribed = true;
        var listed = unacknowledged.ToHashSet(StringComparer.Ordinal);
        foreach (var (id, task) in _tasks)
        {
            task.IsDelivered = task.IsTold || listed.Contains(id);
            // An order may have been lost with the stream that it was written to.
            task.IsKillSent = false;
        }
        return Deliver();
    }

    /// <summary>The executor's stream has ended.</summary>
    public void Disconnect() => IsSubscribed = false;

    /// <summary>The executor has told of a task.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="isEnd">It has ended.</param>
    /// <returns>False: it is none of the executor's, or has ended before.</returns>
    public bool Told(string taskId, bool isEnd)
    {
        if (!_tasks.TryGetValue(taskId, out var task))
            return false;
        task.IsTold = task.IsDelivered = true;
        if (isEnd)
            _tasks.Remove(taskId);
        return true;
    }

    /// <summary>A task is to be killed: by the executor if it has it, and at once if it has not. An executor that is left without any task before it had one is ended.</summary>
    public ImmutableArray<ExecutorStep> Kill(string taskId)
    {
        if (!_tasks.TryGetValue(taskId, out var task))
            return [];
        task.IsKilled = true;
        if (task.IsDelivered)
            return IsSubscribed ? Deliver() : [];
        var gone = _tasks.Where(one => one.Key == taskId || (task.Group is not null && one.Value.Group == task.Group && !one.Value.IsDelivered)).Select(one => one.Key).ToList();
        var steps = ImmutableArray.CreateBuilder<ExecutorStep>();
        foreach (var id in gone)
        {
            _tasks.Remove(id);
            steps.Add(new(ExecutorStepKind.Conclude, id)
            {
                End = new(TaskState.Killed, TaskReasons.KilledDuringLaunch, id == taskId ? "Killed before delivery to the executor" : "A task within the task group was killed before delivery to the executor"),
            });
        }
        if (_tasks.Count == 0 && !_hadTasks)
            steps.Add(new(ExecutorStepKind.EndExecutor, ""));
        return steps.ToImmutable();
    }

    /// <summary>The executor has ended, and its tasks with it.</summary>
    /// <param name="last">How it ended.</param>
    public ImmutableArray<ExecutorStep> End(TaskUpdate last)
    {
        IsSubscribed = false;
        var end = EndOf(last);
        var steps = _tasks.Keys.Order(StringComparer.Ordinal).Select(id => new ExecutorStep(ExecutorStepKind.Conclude, id) { End = end }).ToImmutableArray();
        _tasks.Clear();
        return steps;
    }

    /// <summary>What becomes of a task whose executor has ended: it has failed, for the executor's own reason if that tells more.</summary>
    /// <param name="last">How the executor ended.</param>
    public static ExecutorTaskEnd EndOf(TaskUpdate last) => new(
        TaskState.Failed,
        last.Reason is TaskReasons.ExecutorRegistrationTimeout or TaskReasons.ExecutorReregistrationTimeout or TaskReasons.MemoryLimit or TaskReasons.DiskLimit
            or TaskReasons.LaunchFailed or TaskReasons.FetchFailed or TaskReasons.Preempted
            ? last.Reason
            : TaskReasons.ExecutorTerminated,
        last.Message is { Length: > 0 } how ? $"Executor terminated: {how}" : "Executor terminated");

    private ImmutableArray<ExecutorStep> Deliver()
    {
        var steps = ImmutableArray.CreateBuilder<ExecutorStep>();
        foreach (var (id, task) in _tasks.Where(task => !task.Value.IsDelivered).OrderBy(task => task.Value.Number))
        {
            _hadTasks = task.IsDelivered = true;
            steps.Add(new(ExecutorStepKind.Launch, id) { Group = task.Group });
        }
        foreach (var (id, task) in _tasks.Where(task => task.Value is { IsKilled: true, IsKillSent: false }))
        {
            task.IsKillSent = true;
            steps.Add(new(ExecutorStepKind.Kill, id));
        }
        return steps.ToImmutable();
    }

    private sealed class Entry(string? group, long number)
    {
        public string? Group { get; } = group;

        public long Number { get; } = number;

        public bool IsDelivered { get; set; }

        public bool IsTold { get; set; }

        public bool IsKilled { get; set; }

        public bool IsKillSent { get; set; }
    }
}

/// <summary>Something that an agent does for an executor.</summary>
/// <param name="Kind">What.</param>
/// <param name="TaskId">The task, by the framework's name; empty: it is about the executor.</param>
public sealed record ExecutorStep(ExecutorStepKind Kind, string TaskId)
{
    /// <summary>With a launch: the group that is handed over as one.</summary>
    public string? Group { get; init; }

    /// <summary>With a conclusion: how the task ended.</summary>
    public ExecutorTaskEnd? End { get; init; }
}

/// <summary>What an agent does for an executor.</summary>
public enum ExecutorStepKind
{
    /// <summary>Hands a task to it.</summary>
    Launch,

    /// <summary>Tells it to kill a task.</summary>
    Kill,

    /// <summary>A task is over without it.</summary>
    Conclude,

    /// <summary>Ends it, since there is nothing for it to do.</summary>
    EndExecutor,
}

/// <summary>How a task ended that its executor did not end.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">The machine-readable cause.</param>
/// <param name="Message">The cause for people.</param>
public sealed record ExecutorTaskEnd(TaskState State, string Reason, string Message);
