using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Jobs;

/// <summary>A job whose places and agents are a test.</summary>
internal sealed class SimulatedJob
{
    private readonly Kept<RunState> _runs = new();
    private readonly Kept<RunTask> _tasks = new();
    private readonly Kept<JobNotice> _notices = new();
    private WaitingDemands<string> _demands = new();

    internal SimulatedJob(JobSpec spec)
    {
        Spec = spec;
        Model = new(new(Head, _runs, _tasks, _notices), _demands, "job:" + spec.Id);
    }

    internal JobSpec Spec { get; }

    internal JobState Head { get; } = new();

    internal JobModel Model { get; private set; }

    internal List<RunState> Runs => [.. _runs.Items.Values.OrderBy(run => run.Number)];

    internal void Begin(DateTimeOffset now) => Model.Define(Spec, 1, [], now);

    internal List<string?> StartWithImage(string image, DateTimeOffset now)
    {
        Model.Start(default, default, null, now);
        Run(now);
        var digests = RunImages(image, now);
        EndAll(TaskState.Finished, now);
        return digests;
    }

    /// <summary>All that was not recorded is forgotten.</summary>
    internal void Restart()
    {
        _demands = new();
        Model = new(new(Head, _runs, _tasks, _notices), _demands, "job:" + Spec.Id);
    }

    internal JobEffects Run(DateTimeOffset now)
    {
        Model.Due(now);
        Model.Advance(now);
        return Model.TakeEffects();
    }

    /// <summary>Gives a place to everything that waits, and lets it run.</summary>
    internal int PlaceAll(DateTimeOffset now, bool run = true)
    {
        var placed = 0;
        foreach (var (demandId, taskId) in _demands.All.SelectMany(demand => demand.TaskIds.Select(taskId => (demand.DemandId, taskId))).ToList())
        {
            var placement = new TaskPlacement { TaskId = taskId, DemandId = demandId, AgentId = "a1", Hostname = "host1" };
            _demands.Take(placement).ShouldNotBeNull();
            _tasks.Set(placement.TaskId, Model.Place(placement));
            placed++;
            if (run)
                Model.Report(Update(placement.TaskId, TaskState.Running, now), now);
        }
        return placed;
    }

    internal void Report(RunState run, TaskState state, DateTimeOffset now)
    {
        Model.Report(Update(Model.LiveTasks.First(task => task.RunId == run.RunId).TaskId, state, now), now);
        Run(now);
    }

    /// <summary>Gives a place to everything that waits and lets it run with this image; the digests that the tasks were built with.</summary>
    internal List<string?> RunImages(string image, DateTimeOffset now)
    {
        PlaceAll(now, run: false);
        var digests = new List<string?>();
        foreach (var task in Model.LiveTasks.ToList())
        {
            var run = _runs.Items[task.RunId];
            digests.Add(Model.Pinned(new([JobTasks.Build(run, task, "job", default, [], [])], null), run).Task!.Image!.Digest);
            Model.Report(Update(task.TaskId, TaskState.Running, now) with { Image = image }, now);
        }
        return digests;
    }

    internal void End(RunState run, TaskState state, DateTimeOffset now) => Report(run, state, now);

    internal void EndAll(TaskState state, DateTimeOffset now)
    {
        foreach (var task in Model.LiveTasks.ToList())
            Model.Report(Update(task.TaskId, state, now), now);
        Run(now);
    }

    /// <summary>What was to be killed has ended.</summary>
    internal void EndKilled(DateTimeOffset now)
    {
        Run(now);
        foreach (var task in Model.LiveTasks.Where(task => task.KillReason is not null).ToList())
            Model.Report(Update(task.TaskId, TaskState.Killed, now), now);
        Run(now);
    }

    private static TaskUpdate Update(string taskId, TaskState state, DateTimeOffset now) => new() { TaskId = taskId, Owner = "", State = state, Timestamp = now };

    private sealed class Kept<T> : IKeptItems<T>
    {
        private readonly Dictionary<string, T> _items = new(StringComparer.Ordinal);

        public IReadOnlyDictionary<string, T> Items => _items;

        public void Set(string key, T value) => _items[key] = value;

        public bool Remove(string key) => _items.Remove(key);
    }
}
