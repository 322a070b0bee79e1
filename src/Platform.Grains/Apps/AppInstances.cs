using Platform.Core.Apps;

namespace Platform.Grains.Apps;

/// <summary>An app's instances: the stored items, with indexes and counts that every change keeps up to date.</summary>
internal sealed class AppInstances
{
    private readonly IPersistentItems<InstanceState> _items;
    private readonly Dictionary<string, AppInstance> _byTask = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AppInstance> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<AppInstance>> _byAgent = new(StringComparer.Ordinal);

    public AppInstances(IPersistentItems<InstanceState> items)
    {
        _items = items;
        foreach (var state in items.Items.Values)
            Index(new(state));
    }

    /// <summary>Records of all instances.</summary>
    public IEnumerable<InstanceState> States
    {
        get
        {
            foreach (var instance in _byId.Values)
                yield return instance.State;
        }
    }

    /// <summary>All instances.</summary>
    public Dictionary<string, AppInstance>.ValueCollection All => _byId.Values;

    /// <summary>Agents with instances.</summary>
    public IReadOnlyCollection<string> Agents => _byAgent.Keys;

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>How many shall run.</summary>
    public int Active { get; private set; }

    /// <summary>How many of <see cref="Active"/> are healthy and ready.</summary>
    public int Counting { get; private set; }

    /// <summary>How many shall leave their agents.</summary>
    public int Leaving { get; private set; }

    /// <summary>The instance with this place or task; null if there is none.</summary>
    public AppInstance? FindByTask(string taskId) => _byTask.GetValueOrDefault(taskId);

    /// <summary>The instance; null if there is none.</summary>
    public AppInstance? Find(string instanceId) => _byId.GetValueOrDefault(instanceId);

    /// <summary>The instances on an agent, those that are parked there included.</summary>
    public IReadOnlyCollection<AppInstance> On(string agentId) => _byAgent.TryGetValue(agentId, out var instances) ? instances : [];

    /// <summary>Stages a new instance, or the next task of one that was parked.</summary>
    public AppInstance Add(InstanceState state)
    {
        if (_byId.TryGetValue(state.InstanceId, out var parked))
        {
            Unname(parked.State);
            Name(state, parked);
            Set(parked, state);
            return parked;
        }
        var instance = new AppInstance(state);
        Index(instance);
        _items.Set(state.InstanceId, state);
        return instance;
    }

    /// <summary>Stages a change.</summary>
    public void Set(AppInstance instance, InstanceState state)
    {
        Tally(instance.State, -1);
        instance.State = state;
        Tally(state, 1);
        _items.Set(state.InstanceId, state);
    }

    /// <summary>Stages a removal.</summary>
    public void Remove(AppInstance instance)
    {
        var state = instance.State;
        Tally(state, -1);
        _byId.Remove(state.InstanceId);
        Unname(state);
        if (_byAgent.TryGetValue(state.AgentId, out var onAgent) && onAgent.Remove(instance) && onAgent.Count == 0)
            _byAgent.Remove(state.AgentId);
        _items.Remove(state.InstanceId);
    }

    private void Index(AppInstance instance)
    {
        var state = instance.State;
        _byId[state.InstanceId] = instance;
        Name(state, instance);
        if (!_byAgent.TryGetValue(state.AgentId, out var onAgent))
            _byAgent[state.AgentId] = onAgent = [];
        onAgent.Add(instance);
        Tally(state, 1);
    }

    // A pod's instance is found by its place and by each of its tasks.
    private void Name(InstanceState state, AppInstance instance)
    {
        _byTask[state.TaskId] = instance;
        foreach (var container in state.Containers)
            _byTask[container.TaskId] = instance;
    }

    private void Unname(InstanceState state)
    {
        _byTask.Remove(state.TaskId);
        foreach (var container in state.Containers)
            _byTask.Remove(container.TaskId);
    }

    private void Tally(InstanceState state, int change)
    {
        if (state.Parked || state.Doomed)
            return;
        Active += change;
        if (state.Counts)
            Counting += change;
        if (state.EvictReason is not null)
            Leaving += change;
    }
}
