namespace Platform.Core.Ownership;

/// <summary>All tasks of one owner, with the indexes that every change keeps up to date.</summary>
/// <typeparam name="TTask">The record.</typeparam>
public sealed class OwnedTasks<TTask>
    where TTask : class, IOwnedTask<TTask>
{
    private readonly Action<TTask?, TTask?> _changed;
    private readonly Dictionary<string, OwnedTask<TTask>> _byTask = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnedTask<TTask>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<OwnedTask<TTask>>> _byAgent = new(StringComparer.Ordinal);
    private readonly HashSet<OwnedTask<TTask>> _doomed = new(ReferenceEqualityComparer.Instance);

    /// <summary>The tasks as they were stored.</summary>
    /// <param name="records">The records.</param>
    /// <param name="changed">Called with each change: the record before and after it. No record before: it is new; none after: it is removed. The owner stages it.</param>
    public OwnedTasks(IEnumerable<TTask> records, Action<TTask?, TTask?> changed)
    {
        _changed = changed;
        foreach (var record in records)
            Index(new(record));
    }

    /// <summary>All of them.</summary>
    public Dictionary<string, OwnedTask<TTask>>.ValueCollection All => _byKey.Values;

    /// <summary>Their records.</summary>
    public IEnumerable<TTask> States
    {
        get
        {
            foreach (var task in _byKey.Values)
                yield return task.State;
        }
    }

    /// <summary>Those that shall end and have not.</summary>
    public IReadOnlyCollection<OwnedTask<TTask>> Doomed => _doomed;

    /// <summary>The agents that have one.</summary>
    public IReadOnlyCollection<string> Agents => _byAgent.Keys;

    /// <summary>How many there are.</summary>
    public int Count => _byKey.Count;

    /// <summary>The record with this key; null if there is none.</summary>
    public OwnedTask<TTask>? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>The record with this place or task; null if there is none.</summary>
    public OwnedTask<TTask>? FindByTask(string taskId) => _byTask.GetValueOrDefault(taskId);

    /// <summary>Those on an agent, parked ones included.</summary>
    public IReadOnlyCollection<OwnedTask<TTask>> On(string agentId) => _byAgent.TryGetValue(agentId, out var tasks) ? tasks : [];

    /// <summary>A new record, or the next task of one that is parked.</summary>
    public OwnedTask<TTask> Add(TTask state)
    {
        if (_byKey.TryGetValue(state.Key, out var parked))
        {
            var before = parked.State;
            Unindex(parked);
            parked.Become(state);
            Index(parked);
            _changed(before, state);
            return parked;
        }
        var task = new OwnedTask<TTask>(state);
        Index(task);
        _changed(null, state);
        return task;
    }

    /// <summary>Changes a record. Its key, agent and tasks stay.</summary>
    public void Set(OwnedTask<TTask> task, TTask state)
    {
        var before = task.State;
        task.Become(state);
        Mark(task);
        _changed(before, state);
    }

    /// <summary>Removes a record.</summary>
    public void Remove(OwnedTask<TTask> task)
    {
        Unindex(task);
        _changed(task.State, null);
    }

    private void Index(OwnedTask<TTask> task)
    {
        var state = task.State;
        _byKey[state.Key] = task;
        _byTask[state.PlaceId] = task;
        foreach (var taskId in state.TaskIds)
            _byTask[taskId] = task;
        if (!_byAgent.TryGetValue(state.AgentId, out var onAgent))
            _byAgent[state.AgentId] = onAgent = new(ReferenceEqualityComparer.Instance);
        onAgent.Add(task);
        Mark(task);
    }

    private void Unindex(OwnedTask<TTask> task)
    {
        var state = task.State;
        _byKey.Remove(state.Key);
        _byTask.Remove(state.PlaceId);
        foreach (var taskId in state.TaskIds)
            _byTask.Remove(taskId);
        if (_byAgent.TryGetValue(state.AgentId, out var onAgent) && onAgent.Remove(task) && onAgent.Count == 0)
            _byAgent.Remove(state.AgentId);
        _doomed.Remove(task);
    }

    private void Mark(OwnedTask<TTask> task)
    {
        if (task.State.Doomed && !task.State.Parked)
            _doomed.Add(task);
        else
            _doomed.Remove(task);
    }
}
