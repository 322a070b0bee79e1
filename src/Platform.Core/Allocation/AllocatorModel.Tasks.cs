using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <content>Tasks that hold resources: placed, adopted, released.</content>
public sealed partial class AllocatorModel
{
    private const int MostPlain = 1_000;

    private readonly Dictionary<ScalarAmounts, Resources> _plain = [];
    private readonly Dictionary<string, HeldTask> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _tasksByOwner = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TaskPlacement Placement, Demand Demand)> _awaiting = new(StringComparer.Ordinal);
    private readonly List<string> _ready = [];
    private readonly Dictionary<string, SortedSet<int>> _gpus = new(StringComparer.Ordinal);

    /// <summary>Whether a task holds resources.</summary>
    public bool HasTask(string taskId) => _tasks.ContainsKey(taskId);

    /// <summary>Whose a task is; null when it is unknown.</summary>
    public string? OwnerOf(string taskId) => _tasks.TryGetValue(taskId, out var task) ? task.Owner : null;

    /// <summary>What a task holds; null when it is unknown.</summary>
    public Resources? ResourcesOf(string taskId) => _tasks.TryGetValue(taskId, out var task) ? task.Resources : null;

    /// <summary>The graphics devices of a task by their index on its agent; empty when it has none.</summary>
    public ImmutableArray<int> GpusOf(string taskId) => _tasks.TryGetValue(taskId, out var task) ? [.. task.Gpus] : [];

    /// <summary>The tasks that an owner holds resources with.</summary>
    public IReadOnlyCollection<string> TasksOf(string owner) => _tasksByOwner.TryGetValue(owner, out var tasks) ? tasks : [];

    /// <summary>Books a task that runs on an agent already, such as after a restart. It is believed even if it holds more than is free.</summary>
    /// <returns>False when the agent is unknown or the task is known.</returns>
    public bool Adopt(PoolTask task)
    {
        if (_tasks.ContainsKey(task.Id) || !_allocator.Agents.TryGetValue(task.AgentId, out var entry))
            return false;
        _pool.AddTask(task);
        var resources = ResourceCarving.Carve(entry, task.Scalars, task.FromReserved, task.Disks, task.Revocable);
        Book(task.Id, entry, _allocator.OwnerOf(task.Role, task.Owner), task.Owner, resources, task.Ports.IsDefault ? [] : [.. task.Ports], task.Gpus);
        if (entry.IsOvercommitted)
            RescindOffersOn(entry);
        return true;
    }

    /// <summary>Books what an agent reports of its tasks, those of an owner together: after a restart all tasks of the cluster come within seconds.</summary>
    private void AdoptAll(AgentEntry entry, IEnumerable<PoolTask> tasks)
    {
        var plain = new Dictionary<RoleClient, (ResourceQuantities Scalars, List<int> Ports)>();
        // Who says which devices it has gets those before others are given any.
        foreach (var reported in tasks.OrderBy(task => task.Gpus.IsDefaultOrEmpty))
        {
            var task = reported.AgentId == entry.Id ? reported : reported with { AgentId = entry.Id };
            if (_tasks.ContainsKey(task.Id))
                continue;
            if (task.Revocable || !task.FromReserved.IsDefaultOrEmpty || !task.Disks.IsDefaultOrEmpty)
            {
                Adopt(task);
                continue;
            }
            _pool.AddUnsorted(task);
            var client = _allocator.OwnerOf(task.Role, task.Owner);
            var resources = PlainOf(task.Scalars);
            TakeGpus(Remember(task.Id, entry, client, task.Owner, resources, task.Ports.IsDefault ? [] : [.. task.Ports]), task.Gpus);
            ref var sum = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(plain, client, out var isKnown);
            var ports = isKnown ? sum.Ports : [];
            if (!task.Ports.IsDefaultOrEmpty)
                ports.AddRange(task.Ports);
            sum = (sum.Scalars + resources.Quantities, ports);
        }
        if (plain.Count == 0)
            return;
        var (all, allPorts) = (ResourceQuantities.Empty, new List<int>());
        foreach (var (scalars, ports) in plain.Values)
        {
            all += scalars;
            allPorts.AddRange(ports);
        }
        _allocator.TrackAll(entry, plain.Select(part => (part.Key, Sum(part.Value.Scalars, part.Value.Ports))), Sum(all, allPorts));

        Resources Sum(ResourceQuantities scalars, List<int> ports)
        {
            var sum = Resources.Of(scalars.Entries().Select(amount => Resource.Scalar(amount.Key, amount.Value)));
            return ports.Count == 0 ? sum : sum.Plus(ResourceCarving.PortsOf(entry, [.. ports]));
        }
    }

    /// <summary>One object for all tasks of the same amounts.</summary>
    private Resources PlainOf(ScalarAmounts scalars)
    {
        if (_plain.TryGetValue(scalars, out var known))
            return known;
        if (_plain.Count >= MostPlain)
            _plain.Clear();
        return _plain[scalars] = ResourceCarving.Plain(scalars, isRevocable: false);
    }

    /// <summary>Books a framework's task that runs on an agent already. The framework need not have subscribed yet.</summary>
    /// <returns>False when the agent is unknown or the task is known.</returns>
    public bool AdoptFrameworkTask(string taskId, string frameworkId, string role, string agentId, Resources resources)
    {
        if (_tasks.ContainsKey(taskId) || !_allocator.Agents.TryGetValue(agentId, out var entry))
            return false;
        var framework = _allocator.Frameworks.GetValueOrDefault(frameworkId)
            ?? _allocator.AddFramework(new() { Id = frameworkId, Roles = [] }, isActive: false);
        HoldForFramework(taskId, entry, _allocator.ClientOf(framework, role), resources.Unallocate());
        if (entry.IsOvercommitted)
            RescindOffersOn(entry);
        return true;
    }

    /// <summary>Gives back what a task holds.</summary>
    /// <returns>False when the task is unknown.</returns>
    public bool Release(string taskId)
    {
        if (!_tasks.TryGetValue(taskId, out var task))
            return false;
        Forget(taskId, task);
        ReleaseInPool(taskId);
        ReleaseInPool(ResourceCarving.RevocablePart(taskId));
        _allocator.AddCandidate(task.Agent);
        MarkFreed();
        return true;
    }

    /// <summary>Gives back what some tasks hold on one agent, which is what an agent's word is good for; those that are held elsewhere, or are unknown, are skipped.</summary>
    public void ReleaseOn(string agentId, IEnumerable<string> taskIds)
    {
        foreach (var taskId in taskIds)
        {
            if (_tasks.TryGetValue(taskId, out var task) && task.Agent.Id == agentId)
                Release(taskId);
        }
    }

    /// <summary>Tasks that waited for what is given back may be launched.</summary>
    private void ReleaseInPool(string id) => Launch(_pool.Release(id));

    private void Launch(ImmutableArray<string> tasks) => _ready.AddRange(tasks.Where(_awaiting.ContainsKey));

    private void PlaceReady()
    {
        foreach (var ready in _ready)
        {
            if (!_awaiting.TryGetValue(ready, out var waiting))
                continue;
            if (_heldGangs.TryGetValue(waiting.Demand.Id, out var gang))
            {
                gang.Blocked.Remove(ready);
                TellIfWhole(waiting.Demand.Id, gang);
                continue;
            }
            _awaiting.Remove(ready);
            Tell(ready, waiting.Placement);
        }
        _ready.Clear();
    }

    /// <summary>A task that was still waiting for its place when the agent went, and that its owner never heard of, is wanted as before.</summary>
    private void WantAgain(string taskId, Demand demand)
    {
        if (_demands.TryGetValue(demand.Id, out var entry))
        {
            entry.Left++;
            entry.Returned.Add(taskId);
            entry.BlockedVersion = -1;
            _hungry.Add(entry.Owner);
            return;
        }
        SubmitDemand(demand with { Count = 1, TaskIds = [taskId], InstanceIds = InstanceOf(demand, taskId) }, _now);
    }

    private static ImmutableArray<string> InstanceOf(Demand demand, string taskId)
    {
        var index = demand.TaskIds.IndexOf(taskId);
        return index >= 0 && index < demand.InstanceIds.Length ? [demand.InstanceIds[index]] : [];
    }

    /// <summary>Gives back what some tasks hold; unknown ones are skipped.</summary>
    /// <returns>How many were known.</returns>
    public int Release(IEnumerable<string> taskIds) => taskIds.Count(Release);

    /// <summary>
    /// After a restart an owner says which tasks it has: what is held for others of it is released, and its demands are
    /// withdrawn, since it will submit anew what it still wants.
    /// </summary>
    /// <param name="owner">The owner.</param>
    /// <param name="liveTaskIds">The tasks that it has.</param>
    /// <param name="volumes">The persistent volumes that it has, with or without a task; others of it are released. Default none.</param>
    /// <returns>The tasks that were released.</returns>
    public ImmutableArray<string> Resync(string owner, IEnumerable<string> liveTaskIds, IEnumerable<PersistentVolume>? volumes = null)
    {
        ResyncVolumes(owner, volumes ?? []);
        var live = liveTaskIds.ToHashSet(StringComparer.Ordinal);
        ImmutableArray<string> gone = [.. TasksOf(owner).Where(task => !live.Contains(task))];
        foreach (var demand in _demands.Values.Where(entry => entry.Demand.Owner == owner).Select(entry => entry.Demand.Id).ToList())
            WithdrawDemand(demand);
        Release(gone);
        return gone;
    }

    /// <summary>Says how many tasks of an owner may be away at one time because they were preempted, until a placed demand of it says otherwise; null = no limit.</summary>
    public void SetDisruptionBudget(string owner, int? budget) => _pool.SetDisruption(owner, budget);

    private void Book(string taskId, AgentEntry entry, RoleClient client, string owner, Resources resources, int[] ports, ImmutableArray<int> gpus = default)
    {
        var task = Remember(taskId, entry, client, owner, resources, ports);
        TakeGpus(task, gpus);
        _allocator.Track(entry, client, task.Resources);
    }

    private HeldTask Remember(string taskId, AgentEntry entry, RoleClient client, string owner, Resources resources, int[] ports)
    {
        var task = new HeldTask(entry, client, owner, resources, ports);
        _tasks.Add(taskId, task);
        entry.TaskCount++;
        if (!_tasksByOwner.TryGetValue(owner, out var tasks))
            _tasksByOwner.Add(owner, tasks = new(StringComparer.Ordinal));
        tasks.Add(taskId);
        return task;
    }

    private void HoldForFramework(string taskId, AgentEntry entry, RoleClient client, Resources resources)
    {
        Book(taskId, entry, client, client.Name, resources, []);
        ShowInPool(taskId, entry, client, resources);
    }

    private void ShowInPool(string taskId, AgentEntry entry, RoleClient client, Resources resources)
    {
        foreach (var task in ResourceCarving.ToPoolTasks(taskId, entry, client.Name, client.Role.Path, resources, _now))
            _pool.AddTask(task);
    }

    private void Forget(string taskId, HeldTask task)
    {
        _tasks.Remove(taskId);
        if (_awaiting.Remove(taskId, out var waiting))
        {
            _ready.Remove(taskId);
            LeaveGang(taskId, waiting.Demand.Id);
        }
        task.Agent.TaskCount--;
        var siblings = _tasksByOwner[task.Owner];
        siblings.Remove(taskId);
        if (siblings.Count == 0)
            _tasksByOwner.Remove(task.Owner);
        if (task.Gpus.Length > 0)
            _gpus[task.Agent.Id].ExceptWith(task.Gpus);
        _allocator.Untrack(task.Agent, task.Client, task.Resources);
        // A task of another owner that waits for this one may hold some of its ports already: they do not become free.
        if (_awaiting.Count > 0 && task.Ports.Length > 0)
            _allocator.Refresh(task.Agent);
    }

    /// <summary>Gives a task the devices that it says it has, or the free ones with the lowest indices.</summary>
    private void TakeGpus(HeldTask task, ImmutableArray<int> known = default)
    {
        var count = (int)(task.Shared.Milli(ResourceNames.Gpus) / 1000);
        if (count == 0)
            return;
        if (!_gpus.TryGetValue(task.Agent.Id, out var taken))
            _gpus.Add(task.Agent.Id, taken = []);
        var devices = new List<int>(count);
        foreach (var index in known.IsDefault ? [] : known)
        {
            if (taken.Add(index))
                devices.Add(index);
        }
        for (var index = 0; devices.Count < count; index++)
        {
            if (taken.Add(index))
                devices.Add(index);
        }
        task.Gpus = [.. devices];
    }

    /// <summary>Something became free or changed: every demand that waits may be tried again.</summary>
    private void MarkFreed() => _freeVersion++;
}
