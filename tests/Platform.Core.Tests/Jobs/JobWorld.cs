using Platform.Core.Jobs;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Jobs;

/// <summary>Jobs that follow each other, one agent, a clock, and chance: silos and the agent die at any step, messages are lost or come twice.</summary>
internal sealed class JobWorld(int seed, IReadOnlyList<JobSpec> specs, DateTimeOffset begin)
{
    private readonly Random _chance = new(seed);
    private readonly Dictionary<string, (string JobId, TaskState State, DateTimeOffset EndsAt)> _agent = new(StringComparer.Ordinal);

    internal DateTimeOffset Now { get; private set; } = begin;

    internal Dictionary<string, StoredJob> Jobs { get; } = [];

    /// <summary>Every start of a process: the line that it would append to a ledger.</summary>
    internal List<string> Started { get; } = [];

    /// <summary>Every process that ended by itself with success.</summary>
    internal List<string> Finished { get; } = [];

    /// <summary>Runs that somebody was told to be made.</summary>
    internal List<(string JobId, string RunId)> Acknowledged { get; } = [];

    internal void Add()
    {
        foreach (var spec in specs)
        {
            var job = Jobs[spec.Id] = new(spec);
            job.Model.Define(spec, 1, [.. specs.Where(other => other.Parents.Contains(spec.Id)).Select(other => other.Id)], Now);
            job.Store();
        }
    }

    /// <summary>Goes on for so many steps with trouble, then without until nothing goes on.</summary>
    internal void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
            Step(isTroubled: true);
        foreach (var job in Jobs.Values.Where(job => job.Spec.Schedule is not null))
        {
            job.Model.Pause("the end");
            job.Store();
        }
        for (var step = 0; step < 5000 && (Jobs.Values.Any(job => job.Model.IsLive) || _agent.Count > 0); step++)
            Step(isTroubled: false);
        Jobs.Values.ShouldAllBe(job => !job.Model.IsLive, $"seed {seed}: something never ends");
        _agent.ShouldBeEmpty($"seed {seed}: processes are left");
    }

    private void Step(bool isTroubled)
    {
        // The clock goes on by moments and leaps, and back at times.
        Now += TimeSpan.FromMilliseconds(_chance.Next(20) switch { 0 => _chance.Next(60_000), 1 => -_chance.Next(3_000), _ => _chance.Next(1_500) });
        if (isTroubled && _chance.Next(40) == 0)
            _agent.Clear();
        foreach (var job in Jobs.Values.OrderBy(_ => _chance.Next()).ToList())
        {
            if (isTroubled && _chance.Next(12) == 0)
                continue;
            Act(job, isTroubled);
        }
        foreach (var (taskId, task) in _agent.Where(task => task.Value.State == TaskState.Running && task.Value.EndsAt <= Now).ToList())
        {
            var succeeds = _chance.Next(4) > 0;
            _agent[taskId] = task with { State = succeeds ? TaskState.Finished : TaskState.Failed };
            if (succeeds)
                Finished.Add(taskId);
        }
    }

    private void Act(StoredJob job, bool isTroubled)
    {
        bool Dies() => isTroubled && _chance.Next(25) == 0;
        string? asked = null;
        if (isTroubled && _chance.Next(60) == 0)
            asked = job.Model.Start(default, default, null, Now);
        if (isTroubled && _chance.Next(150) == 0 && job.Model.LiveRuns.FirstOrDefault() is { } unlucky)
            job.Model.Stop(unlucky.RunId, "chance");
        Reconcile(job);
        job.Model.Due(Now);
        job.Model.Advance(Now);
        var effects = job.Model.TakeEffects();
        if (Dies())
        {
            job.Die();
            return;
        }
        job.Store();
        if (asked is not null)
            Acknowledged.Add((job.Spec.Id, asked));
        if (Dies())
        {
            job.Die();
            return;
        }
        // What follows from what is stored; each of it may get lost.
        foreach (var ends in job.Model.Untold.ToList())
        {
            if (!isTroubled || _chance.Next(4) > 0)
                Tell(job, ends.Key, [.. ends], isTroubled);
        }
        foreach (var task in job.Model.LiveTasks.Where(task => task.KillReason is not null && _agent.ContainsKey(task.TaskId)).ToList())
        {
            if (_agent[task.TaskId].State == TaskState.Running)
                _agent[task.TaskId] = _agent[task.TaskId] with { State = TaskState.Killed };
        }
        Place(job, isTroubled, Dies);
    }

    private void Tell(StoredJob parent, string childId, IReadOnlyList<ParentEnd> ends, bool isTroubled)
    {
        var child = Jobs[childId];
        foreach (var end in ends)
            child.Model.ParentEnded(parent.Spec.Id, end, Now);
        if (isTroubled && _chance.Next(10) == 0)
        {
            child.Die();
            return;
        }
        child.Store();
        if (!isTroubled || _chance.Next(4) > 0)
            parent.Model.Heard(childId, ends[^1].Number);
    }

    private void Place(StoredJob job, bool isTroubled, Func<bool> dies)
    {
        foreach (var demand in job.Demands.All.ToList())
        {
            if ((isTroubled && _chance.Next(3) == 0) || !PlaceAll(job, demand, isTroubled, dies))
                return;
        }
    }

    private bool PlaceAll(StoredJob job, WaitingDemand<string> demand, bool isTroubled, Func<bool> dies)
    {
        foreach (var taskId in demand.TaskIds.ToList())
        {
            var placement = new TaskPlacement { TaskId = taskId, DemandId = demand.DemandId, AgentId = "a1", Hostname = "host1" };
            job.Demands.Take(placement).ShouldNotBeNull();
            job.Tasks.Set(placement.TaskId, job.Model.Place(placement));
            if (dies())
            {
                job.Die();
                return false;
            }
            job.Store();
            if (dies())
            {
                // The launch never left.
                job.Die();
                return false;
            }
            Started.Add(placement.TaskId);
            _agent[placement.TaskId] = (job.Spec.Id, TaskState.Running, Now.AddMilliseconds(_chance.Next(4_000)));
            if (isTroubled && _chance.Next(15) == 0)
            {
                // It left, and the job dies before it knows.
                job.Die();
                return false;
            }
        }
        return true;
    }

    // What the agent says, as often as it is asked: ends until they are acknowledged, and what it does not have is gone.
    private void Reconcile(StoredJob job)
    {
        foreach (var task in job.Model.LiveTasks.Where(task => task.AgentId is not null).ToList())
        {
            var report = _agent.TryGetValue(task.TaskId, out var on) ? on.State : TaskState.Gone;
            job.Model.Report(new() { TaskId = task.TaskId, Owner = "", State = report, Timestamp = Now }, Now);
        }
        // Acknowledged after the end is stored; or it belongs to nothing that is known.
        foreach (var (taskId, _) in _agent.Where(task => task.Value.JobId == job.Spec.Id).ToList())
        {
            var known = job.Tasks.Items.GetValueOrDefault(taskId);
            if (known is null || (known.Ended && job.StoredRuns.ContainsKey(known.RunId) && job.StoredEnds(taskId)))
                _agent.Remove(taskId);
        }
    }
}
