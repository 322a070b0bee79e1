using Google.Protobuf;
using Platform.Api.Mesos.State;
using Platform.Contracts.Apps;
using Platform.Core.Collections;
using Event = Platform.Mesos.Wire.Operator.Event;
using Kind = Platform.Mesos.Wire.Operator.Event.Types.Type;
using TaskState = Platform.Mesos.Wire.TaskState;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>What subscribers were told of the cluster, and what they have to be told when it is seen again. No clock, no grains.</summary>
internal sealed class FeedModel
{
    private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Known> _frameworks = new(StringComparer.Ordinal);

    /// <summary>Whether anything of a framework was told.</summary>
    public bool Knows(string frameworkId) => _frameworks.ContainsKey(frameworkId);

    /// <summary>The whole cluster was seen.</summary>
    public IReadOnlyList<FeedEvent> See(ClusterPicture picture)
    {
        var events = new List<FeedEvent>();
        var registered = picture.Agents.Where(agent => agent.IsRegistered).ToDictionary(agent => agent.Id, StringComparer.Ordinal);
        foreach (var (id, agent) in registered)
        {
            if (_agents.Add(id))
                events.Add(new(new() { Type = Kind.AgentAdded, AgentAdded = new() { Agent = PictureMapping.ToWire(agent) } }, []));
        }
        foreach (var framework in picture.Frameworks)
            See(framework, events);
        foreach (var id in _agents.Where(id => !registered.ContainsKey(id)).ToList())
        {
            _agents.Remove(id);
            events.Add(new(new() { Type = Kind.AgentRemoved, AgentRemoved = new() { AgentId = new() { Value = id } } }, []));
        }
        // The one of the apps goes with the last of them; others are forgotten long after their end was told.
        var there = picture.Frameworks.Select(framework => framework.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, known) in _frameworks.Where(framework => !there.Contains(framework.Key)).ToList())
        {
            _frameworks.Remove(id);
            if (!known.IsRemoved)
                events.Add(Removed(known.Framework));
        }
        return events;
    }

    /// <summary>One framework was seen.</summary>
    public IReadOnlyList<FeedEvent> See(PictureFramework framework)
    {
        var events = new List<FeedEvent>();
        See(framework, events);
        return events;
    }

    /// <summary>The tasks of one app were seen. What became of those that are known is told by <see cref="Tell"/>.</summary>
    public IReadOnlyList<FeedEvent> SeeApp(string appId, IReadOnlyList<PictureTask> tasks)
    {
        if (!_frameworks.TryGetValue(AppScheduler.FrameworkId, out var known))
            return [];
        var events = new List<FeedEvent>();
        SeeTasks(known, tasks, events);
        var there = tasks.Select(task => task.Task.TaskId.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, _) in known.Tasks.Where(task => IsOver(task.Value.State) && !there.Contains(task.Key) && Platform.Core.Security.TaskOwnership.PathOf(task.Key) == appId).ToList())
            known.Tasks.Remove(id);
        return events;
    }

    /// <summary>A task of an app is said to have changed. Nothing is told twice, and nothing that is older than what was told.</summary>
    /// <param name="status">What became of it.</param>
    /// <param name="task">The task if it is still there.</param>
    public IReadOnlyList<FeedEvent> Tell(Wire.TaskStatus status, PictureTask? task)
    {
        if (!_frameworks.TryGetValue(AppScheduler.FrameworkId, out var known))
            return [];
        var id = status.TaskId.Value;
        var subjects = FeedAudience.OfApp(id);
        if (!known.Tasks.TryGetValue(id, out var told))
        {
            var added = task?.Task.Clone() ?? new()
            {
                Name = Core.Registry.AppEndpoints.DiscoveryName(Core.Security.TaskOwnership.PathOf(id)),
                TaskId = status.TaskId,
                FrameworkId = known.Framework.Info.Id,
                AgentId = status.AgentId,
            };
            known.Tasks[id] = new(status.State);
            var launched = Added(added, subjects);
            return status.State == TaskState.TaskStaging ? [launched] : [launched, Updated(known.Framework, status, subjects)];
        }
        if (!Follows(told.State, status.State))
            return [];
        known.Tasks[id] = told with { State = status.State };
        return [Updated(known.Framework, status, subjects)];
    }

    private void See(PictureFramework framework, List<FeedEvent> events)
    {
        var removed = framework.RemovedAt is not null;
        if (!_frameworks.TryGetValue(framework.Id, out var known))
        {
            _frameworks[framework.Id] = known = new(framework);
            events.Add(new(new() { Type = Kind.FrameworkAdded, FrameworkAdded = new() { Framework = PictureMapping.ToWire(framework) } }, FeedAudience.SubjectsOf(framework)));
        }
        else if (!removed && IsOther(known.Framework, framework))
        {
            events.Add(new(new() { Type = Kind.FrameworkUpdated, FrameworkUpdated = new() { Framework = PictureMapping.ToWire(framework) } }, FeedAudience.SubjectsOf(framework)));
        }
        known.Framework = framework;
        SeeTasks(known, framework.Tasks, events);
        if (framework.Id != AppScheduler.FrameworkId)
        {
            var there = framework.Tasks.Select(task => task.Task.TaskId.Value).ToHashSet(StringComparer.Ordinal);
            foreach (var id in known.Tasks.Keys.Where(id => !there.Contains(id)).ToList())
                known.Tasks.Remove(id);
        }
        if (removed && !known.IsRemoved)
        {
            known.IsRemoved = true;
            events.Add(Removed(framework));
        }
    }

    private static void SeeTasks(Known known, IReadOnlyList<PictureTask> tasks, List<FeedEvent> events)
    {
        var framework = known.Framework;
        foreach (var task in tasks)
        {
            var id = task.Task.TaskId.Value;
            if (known.Tasks.TryGetValue(id, out var told) && ReferenceEquals(told.Seen, task))
                continue;
            var subjects = FeedAudience.SubjectsOf(framework, id);
            if (framework.Id == AppScheduler.FrameworkId)
            {
                known.Tasks[id] = told is null ? new(task.Task.State) { Seen = task } : told with { Seen = task };
                if (told is null)
                {
                    events.Add(Added(task.Task, subjects));
                    if (task.Task.State != TaskState.TaskStaging && task.Task.Statuses.LastOrDefault() is { } latest)
                        events.Add(Updated(framework, latest, subjects));
                }
                continue;
            }
            if (told is null)
            {
                events.Add(Added(task.Task, subjects));
                told = new(TaskState.TaskStaging);
            }
            // Those that are no longer kept were told, or there were too many between two looks.
            foreach (var status in After(task.Task.Statuses, told.LastUpdate))
            {
                if (status.State != told.State)
                    events.Add(Updated(framework, status, subjects));
                told = told with { State = status.State, LastUpdate = status.Uuid };
            }
            known.Tasks[id] = told with { Seen = task };
        }
    }

    private static IEnumerable<Wire.TaskStatus> After(Google.Protobuf.Collections.RepeatedField<Wire.TaskStatus> statuses, ByteString? update)
    {
        var last = statuses.Count - 1;
        while (last >= 0 && !statuses[last].Uuid.Equals(update))
            last--;
        return statuses.Skip(last + 1);
    }

    // As it was when it was launched: what became of it since is told one by one.
    private static FeedEvent Added(Wire.Task task, ValueList<string> subjects)
    {
        var launched = task.Clone();
        launched.State = TaskState.TaskStaging;
        launched.Statuses.Clear();
        launched.ClearStatusUpdateState();
        launched.ClearStatusUpdateUuid();
        return new(new() { Type = Kind.TaskAdded, TaskAdded = new() { Task = launched } }, subjects);
    }

    private static FeedEvent Updated(PictureFramework framework, Wire.TaskStatus status, ValueList<string> subjects) => new(
        new Event { Type = Kind.TaskUpdated, TaskUpdated = new() { FrameworkId = framework.Info.Id, Status = status, State = status.State } }, subjects);

    private static FeedEvent Removed(PictureFramework framework) =>
        new(new() { Type = Kind.FrameworkRemoved, FrameworkRemoved = new() { FrameworkInfo = framework.Info } }, FeedAudience.SubjectsOf(framework));

    private static bool IsOther(PictureFramework before, PictureFramework after) =>
        before.IsConnected != after.IsConnected || before.ReregisteredAt != after.ReregisteredAt || !before.Info.Equals(after.Info);

    // What is read may be ahead of what is told of it: then the telling is old.
    private static bool Follows(TaskState before, TaskState after) => before != after && !IsOver(before) && after switch
    {
        TaskState.TaskStaging => false,
        TaskState.TaskStarting => before is not (TaskState.TaskRunning or TaskState.TaskKilling),
        TaskState.TaskRunning => before is not TaskState.TaskKilling,
        _ => true,
    };

    private static bool IsOver(TaskState state) => state is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled or TaskState.TaskError
        or TaskState.TaskLost or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator;

    private sealed class Known(PictureFramework framework)
    {
        public PictureFramework Framework { get; set; } = framework;

        public bool IsRemoved { get; set; }

        public Dictionary<string, Told> Tasks { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>What was told of a task.</summary>
    /// <param name="State">The last state.</param>
    private sealed record Told(TaskState State)
    {
        /// <summary>The id of the last update.</summary>
        public ByteString? LastUpdate { get; init; }

        /// <summary>The task as it was then.</summary>
        public PictureTask? Seen { get; init; }
    }
}
