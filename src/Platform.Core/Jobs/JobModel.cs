using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Schedules;

namespace Platform.Core.Jobs;

/// <summary>Everything that is decided about one job: takes what is asked and reported, and tells what to record and what to do.</summary>
/// <remarks>Deterministic: the instants are parameters, and the same calls give the same answers. What it changes is to be recorded before the effects are carried out.</remarks>
public sealed partial class JobModel
{
    private readonly JobState _head;
    private readonly IKeptItems<RunState> _runs;
    private readonly IKeptItems<RunTask> _tasks;
    private readonly IKeptItems<JobNotice> _notices;
    private readonly WaitingDemands<string> _demands;
    private readonly string _owner;

    // Live runs by number, and their live tasks.
    private readonly SortedDictionary<long, string> _live = [];
    private readonly Dictionary<string, HashSet<string>> _liveTasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _tasksOf = new(StringComparer.Ordinal);
    // Ends are added at the end and forgotten at the beginning, and the last one is asked for again and again.
    private readonly SortedList<long, string> _ended = [];
    private JobEffects _effects = new();
    private Schedule? _schedule;
    private readonly List<SpecProblem> _scheduleProblems = [];

    /// <summary>Takes up a job as it was recorded.</summary>
    /// <param name="record">What is recorded of it; kept up to date here.</param>
    /// <param name="demands">What waits for a place at the allocator, each for the run of that id; kept up to date here.</param>
    /// <param name="owner">The owner text of the job's tasks.</param>
    public JobModel(JobRecord record, WaitingDemands<string> demands, string owner)
    {
        (_head, _runs, _tasks, _notices) = record;
        (_demands, _owner) = (demands, owner);
        foreach (var run in _runs.Items.Values)
            (run.Ended ? (IDictionary<long, string>)_ended : _live)[run.Number] = run.RunId;
        foreach (var task in _tasks.Items.Values)
        {
            TasksOf(task.RunId).Add(task.TaskId);
            if (!task.Ended)
                LiveIds(task.RunId).Add(task.TaskId);
        }
        Compile();
    }

    /// <summary>When <see cref="Advance(DateTimeOffset)"/> is to be called next; null: only after something has happened.</summary>
    public DateTimeOffset? NextWake { get; private set; }

    /// <summary>What is recorded of the job itself, besides its runs, has changed.</summary>
    public bool HeadChanged { get; set; }

    /// <summary>Something of it runs, waits or has to be told.</summary>
    public bool IsLive => _live.Count > 0 || !_head.Untold.IsEmpty || _head.Removed || _notices.Items.Count > 0;

    /// <summary>It was removed and nothing of it is left.</summary>
    public bool IsGone => _head.Removed && _live.Count == 0 && _notices.Items.Count == 0;

    /// <summary>The next due time; null: it has none.</summary>
    public DateTimeOffset? NextDue => IsScheduled ? _schedule!.NextAfter(_head.Cursor) : null;

    /// <summary>Why it is never due although it has a schedule, such as a zone that was there when it was defined and is there no more; null: nothing is wrong.</summary>
    public string? ScheduleProblem => _scheduleProblems.Count == 0 ? null : string.Join("; ", _scheduleProblems.Select(problem => $"{problem.Path}: {problem.Message}"));

    /// <summary>How many due times are left; null: there is no end to them, or no schedule.</summary>
    public long? DueLeft => _schedule?.CountAfter(_head.Cursor);

    /// <summary>Runs that have ended, newest first.</summary>
    public IEnumerable<RunState> EndedRuns => Enumerable.Range(1, _ended.Count).Select(back => _runs.Items[_ended.Values[^back]]);

    /// <summary>How many runs there are: those that go on, and those that have ended and are kept.</summary>
    public int RunCount => _live.Count + _ended.Count;

    /// <summary>The run that was made last of those that have ended; null: none has.</summary>
    public RunState? LastEnded => _ended.Count == 0 ? null : _runs.Items[_ended.Values[^1]];

    /// <summary>Its schedule counts now.</summary>
    private bool IsScheduled => _schedule is not null && _head is { Removed: false, Paused: null, Spec: { Disabled: false, Schedule.Enabled: true } };

    /// <summary>Live tasks.</summary>
    public IEnumerable<RunTask> LiveTasks => _liveTasks.Values.SelectMany(ids => ids).Select(id => _tasks.Items[id]);

    /// <summary>Live tasks of a run.</summary>
    public IEnumerable<RunTask> LiveTasksOf(string runId) => LiveIds(runId).Select(id => _tasks.Items[id]);

    /// <summary>How many runs are live.</summary>
    public int LiveCount => _live.Count;

    /// <summary>Live runs, oldest first.</summary>
    public IEnumerable<RunState> LiveRuns => _live.Values.Select(id => _runs.Items[id]);

    /// <summary>Takes what is to be done, once it is recorded.</summary>
    public JobEffects TakeEffects()
    {
        var effects = _effects;
        _effects = new();
        return effects;
    }

    /// <summary>Sets the definition. An older version than the one that stands changes nothing.</summary>
    public void Define(JobSpec spec, long version, ValueList<string> children, DateTimeOffset now)
    {
        if (version < _head.Version)
            return;
        HeadChanged = true;
        if (_head.Removed)
            Forget();
        var before = _head.Spec;
        var wasScheduled = IsScheduled;
        // Another job that follows is no change of this one.
        if (before != spec)
            _head.ImageVersion = version;
        (_head.Spec, _head.Version, _head.Children, _head.Removed) = (spec, version, children, false);
        if (before is null || before.Schedule?.Timing != spec.Schedule?.Timing)
            _head.ScheduledAt = now;
        if (before is null || !before.Parents.Equals(spec.Parents))
            _head.Edges = default;
        // A parent that comes again may be another one, which counts its ends anew.
        _head.Heard = _head.Heard.Where(heard => spec.Parents.Contains(heard.Key)).ToValueMap();
        _head.ParentRuns = _head.ParentRuns.Where(run => spec.Parents.Contains(run.Key)).ToValueMap();
        _head.Untold = _head.Untold.Where(end => children.Contains(end.Child)).ToValueList();
        Compile();
        // What was due while it did not count is not made up for.
        if (before is null || before.Schedule?.Timing != spec.Schedule?.Timing || !wasScheduled)
            _head.Cursor = now.AddTicks(-1);
    }

    /// <summary>Decides what is due.</summary>
    public void Due(DateTimeOffset now)
    {
        if (!IsScheduled)
            return;
        var spec = _head.Spec!;
        var decision = DueTimes.Decide(_schedule!, spec.Schedule!, _head.Cursor, now);
        _head.Cursor = decision.Cursor;
        HeadChanged |= decision.Skipped > 0 || decision.Runs.Count > 0;
        if (decision.Skipped > 0)
        {
            _head.Skipped += decision.Skipped;
            const string Why = "it was due while nobody could act, and is not made up for";
            _effects.Happenings.Add(new("job_run_missed_event", null, Why));
            Notify(NotificationEvent.Lateness, spec, null, Why, now);
        }
        foreach (var nominal in decision.Runs)
        {
            var runId = RunIds.Of(spec.Id, nominal, 0);
            Begin(
                Draft(runId, RunTrigger.Schedule, now) with { Nominal = nominal, NotBefore = nominal + DueTimes.Jitter(runId, spec.Schedule!.JitterSeconds) },
                spec.Concurrency);
        }
    }

    /// <summary>Nothing is due by time or by parents any more, until it is resumed.</summary>
    public void Pause(string note)
    {
        HeadChanged = true;
        _head.Paused = note;
        _effects.Happenings.Add(new("job_paused_event", null, note));
    }

    /// <summary>Is due again; what was due meanwhile is not made up for.</summary>
    public void Resume(DateTimeOffset now)
    {
        if (_head.Paused is null)
            return;
        HeadChanged = true;
        _head.Paused = null;
        _head.Cursor = now;
        _effects.Happenings.Add(new("job_resumed_event", null));
    }

    /// <summary>Ends a run; false: there is none that goes on.</summary>
    public bool Stop(string runId, string reason)
    {
        if (_runs.Items.GetValueOrDefault(runId) is not { Ended: false } run)
            return false;
        if (run.Stopping is null)
            _runs.Set(runId, run with { Stopping = reason });
        return true;
    }

    /// <summary>Ends all that goes on, and the job with it.</summary>
    public void Remove()
    {
        HeadChanged = true;
        _head.Removed = true;
        _head.Untold = default;
        foreach (var runId in _live.Values.ToList())
            Stop(runId, "the job was removed");
    }

    // One that was removed and is not quite gone is added again: nothing of the old one is known of the new one.
    private void Forget()
    {
        _head.Spec = null;
        (_head.Paused, _head.Edges, _head.Heard, _head.ParentRuns) = (null, default, default, default);
        (_head.Successes, _head.Failures, _head.FailuresInRow, _head.Skipped) = (0, 0, 0, 0);
        (_head.LastSuccess, _head.LastFailure, _head.Backfills, _head.Paced, _head.Files) = (null, null, default, default, default);
        Trim(0);
    }

    // Ids are short: of many runs in one second two could have the same.
    private string NewRunId(DateTimeOffset instant)
    {
        for (var number = _head.Runs + 1; ; number++)
        {
            var runId = RunIds.Of(_head.Spec!.Id, instant, number);
            if (!_runs.Items.ContainsKey(runId))
                return runId;
        }
    }

    private RunState Draft(string runId, RunTrigger trigger, DateTimeOffset now) =>
        new() { RunId = runId, CreatedAt = now, NotBefore = now, Trigger = trigger, Phase = RunPhase.Waiting, Spec = _head.Spec!, ImageVersion = _head.ImageVersion };

    private void Begin(RunState run, ConcurrencyPolicy policy)
    {
        // What was made already is recognised by its id.
        if (_runs.Items.ContainsKey(run.RunId))
            return;
        HeadChanged = true;
        if (_live.Count > 0 && policy == ConcurrencyPolicy.Forbid)
        {
            _head.Skipped++;
            _effects.Happenings.Add(new("job_run_skipped_event", null, $"run {_live.First().Value} goes on") { Chain = run.Chain });
            return;
        }
        if (policy == ConcurrencyPolicy.Replace)
        {
            foreach (var earlier in _live.Values.ToList())
                Stop(earlier, "replaced by the next run");
        }
        run = run with { Number = ++_head.Runs };
        _runs.Set(run.RunId, run);
        _live[run.Number] = run.RunId;
        _effects.Happenings.Add(new("job_run_created_event", run));
    }

    private void Compile()
    {
        _scheduleProblems.Clear();
        _schedule = _head.Spec is { Schedule: { } schedule } spec
            ? ScheduleParser.Parse(schedule.Timing, _head.ScheduledAt, ScheduleParser.SeedOf(spec.Id), _scheduleProblems, "schedule")
            : null;
    }

    /// <summary>Every task that is kept of a run.</summary>
    public IEnumerable<RunTask> KeptTasksOf(string runId) => TasksOf(runId).Select(id => _tasks.Items[id]);

    private HashSet<string> LiveIds(string runId) => Of(_liveTasks, runId);

    private HashSet<string> TasksOf(string runId) => Of(_tasksOf, runId);

    private static HashSet<string> Of(Dictionary<string, HashSet<string>> sets, string runId)
    {
        if (!sets.TryGetValue(runId, out var tasks))
            sets[runId] = tasks = new(StringComparer.Ordinal);
        return tasks;
    }

    private void Wake(DateTimeOffset when)
    {
        if (NextWake is null || when < NextWake)
            NextWake = when;
    }
}
